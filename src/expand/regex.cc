// SPDX-License-Identifier: Apache-2.0
#include "expand/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace postern {
namespace {

constexpr std::uint32_t kMatchLimit = 2'000'000;
constexpr std::uint32_t kHeapKilobytes = 20'000;
constexpr std::size_t kKeptPatterns = 100;

template <auto release>
struct Release {
    template <class T>
    void operator()(T* p) const {
        release(p);
    }
};

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

struct Regex::Code {
    std::unique_ptr<pcre2_code, Release<pcre2_code_free>> code;
    std::unique_ptr<pcre2_match_data, Release<pcre2_match_data_free>> data;
    std::unique_ptr<pcre2_match_context, Release<pcre2_match_context_free>> context;
};

Regex::Regex(std::unique_ptr<Code> code) : code_(std::move(code)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

tl::expected<Regex, Regex::Error> Regex::compile(std::string_view pattern, bool caseless) {
    int number = 0;
    PCRE2_SIZE offset = 0;
    auto code = std::make_unique<Code>();
    code->code.reset(
        pcre2_compile(units(pattern), pattern.size(), caseless ? PCRE2_CASELESS : 0, &number, &offset, nullptr));
    if (!code->code) {
        char text[256] = {};
        pcre2_get_error_message(number, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof text);
        return tl::unexpected(Error{text, offset});
    }
    code->data.reset(pcre2_match_data_create_from_pattern(code->code.get(), nullptr));
    code->context.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(code->context.get(), kMatchLimit);
    pcre2_set_heap_limit(code->context.get(), kHeapKilobytes);
    return Regex(std::move(code));
}

bool Regex::match(std::string_view subject, Groups* groups, std::size_t from, bool not_empty) const {
    if (subject.data() == nullptr) subject = "";
    const std::uint32_t options = not_empty ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0;
    const int count = pcre2_match(code_->code.get(), units(subject), subject.size(), from, options, code_->data.get(),
                                  code_->context.get());
    if (count < 0) return false;
    if (!groups) return true;
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(code_->data.get());
    groups->assign(static_cast<std::size_t>(count), {});
    for (std::size_t i = 0; i < groups->size(); ++i) {
        if (ends[2 * i] == PCRE2_UNSET) continue;
        // \K can put the start behind the end.
        (*groups)[i] = {ends[2 * i], ends[2 * i] > ends[2 * i + 1] ? ends[2 * i] : ends[2 * i + 1]};
    }
    return true;
}

tl::expected<const Regex*, Regex::Error> RegexCache::get(std::string_view pattern, bool caseless) {
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
        if (it->caseless != caseless || it->pattern != pattern) continue;
        entries_.splice(entries_.begin(), entries_, it);
        return &entries_.front().regex;
    }
    auto compiled = Regex::compile(pattern, caseless);
    if (!compiled) return tl::unexpected(std::move(compiled.error()));
    if (entries_.size() >= kKeptPatterns) entries_.pop_back();
    entries_.push_front({std::string(pattern), caseless, *std::move(compiled)});
    return &entries_.front().regex;
}

}  // namespace postern
