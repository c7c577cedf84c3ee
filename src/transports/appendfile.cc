// SPDX-License-Identifier: Apache-2.0
// The record of the appendfile driver: its options, and what is checked and completed when the configuration is read
// (spec appendfile.md §2.2, §2.3). The delivery itself is in appendfile_run.cc.
#include "wording/appendfile.h"
#include "transports/appendfile_run.h"

namespace postern {
namespace {

using O = AppendfileOptions;
using Error = DriverDescription::InitError;
using Frame = Error::Frame;

constexpr OptionRow kRows[] = {
    opt<&O::allow_fifo>("allow_fifo"),
    opt<&O::allow_symlink>("allow_symlink"),
    opt<&O::batch_id>("batch_id"),
    opt<&O::batch_max>("batch_max"),
    opt<&O::check_group>("check_group"),
    opt<&O::check_owner>("check_owner"),
    opt<&O::check_string>("check_string"),
    opt<&O::create_directory>("create_directory"),
    opt<&O::create_file>("create_file"),
    opt<&O::directory>("directory"),
    opt<&O::directory_file>("directory_file"),
    opt<&O::directory_mode>("directory_mode"),
    opt<&O::escape_string>("escape_string"),
    opt<&O::file>("file"),
    opt<&O::file_format>("file_format"),
    opt<&O::file_must_exist>("file_must_exist"),
    opt<&O::lock_fcntl_timeout>("lock_fcntl_timeout"),
    opt<&O::lock_flock_timeout>("lock_flock_timeout"),
    opt<&O::lock_interval>("lock_interval"),
    opt<&O::lock_retries>("lock_retries"),
    opt<&O::lockfile_mode>("lockfile_mode"),
    opt<&O::lockfile_timeout>("lockfile_timeout"),
    opt<&O::mailbox_filecount>("mailbox_filecount"),
    opt<&O::mailbox_size>("mailbox_size"),
    opt<&O::maildir_format>("maildir_format"),
    opt<&O::maildir_quota_directory_regex>("maildir_quota_directory_regex"),
    opt<&O::maildir_retries>("maildir_retries"),
    opt<&O::maildir_tag>("maildir_tag"),
    opt<&O::maildir_use_size_file>("maildir_use_size_file"),
    opt<&O::maildirfolder_create_regex>("maildirfolder_create_regex"),
    opt<&O::mailstore_format>("mailstore_format"),
    opt<&O::mailstore_prefix>("mailstore_prefix"),
    opt<&O::mailstore_suffix>("mailstore_suffix"),
    opt<&O::mbx_format>("mbx_format"),
    opt<&O::message_prefix>("message_prefix"),
    opt<&O::message_suffix>("message_suffix"),
    opt<&O::mode>("mode"),
    opt<&O::mode_fail_narrower>("mode_fail_narrower"),
    opt<&O::notify_comsat>("notify_comsat"),
    opt<&O::quota>("quota"),
    opt<&O::quota_directory>("quota_directory"),
    opt<&O::quota_filecount>("quota_filecount"),
    opt<&O::quota_is_inclusive>("quota_is_inclusive"),
    opt<&O::quota_size_regex>("quota_size_regex"),
    opt<&O::quota_warn_message>("quota_warn_message"),
    opt<&O::quota_warn_threshold>("quota_warn_threshold"),
    opt<&O::use_bsmtp>("use_bsmtp"),
    opt<&O::use_crlf>("use_crlf"),
    opt<&O::use_fcntl_lock>("use_fcntl_lock"),
    opt<&O::use_flock_lock>("use_flock_lock"),
    opt<&O::use_lockfile>("use_lockfile"),
    opt<&O::use_mbx_lock>("use_mbx_lock"),
};
static_assert(sorted_and_unique(kRows));

// Without a word about locks an MBX mailbox is locked as MBX programs do; with use_mbx_lock what was not asked for
// goes.
void choose_mbx_locks(O& options) {
    OptionalBool &lockfile = options.use_lockfile, &fcntl = options.use_fcntl_lock, &flock = options.use_flock_lock;
    if (!lockfile.set && !fcntl.set && !flock.set && !options.use_mbx_lock.set) {
        lockfile.value = flock.value = false;
        fcntl.value = options.use_mbx_lock.value = true;
    } else if (options.use_mbx_lock.value) {
        for (OptionalBool* lock : {&lockfile, &fcntl, &flock}) {
            if (!lock->set) lock->value = false;
        }
        if (!fcntl.value && !flock.value) fcntl.value = true;
    }
}

// Exim's own rules about what goes with what, in its order.
Error check_combinations(const TransportInstance& instance, O& options) {
    const auto refuse = [](std::string text) { return Error{Frame::for_instance, std::move(text)}; };
    if (options.lock_retries.value == 0) options.lock_retries.value = 1;
    if (options.file && options.directory) return refuse(wording::only_file_or_directory());
    if (options.file && options.quota_filecount) return refuse(wording::needs_directory("quota_filecount"));
    if (options.file && options.quota_directory) return refuse(wording::needs_directory("quota_directory"));
    if (options.use_flock_lock.value && !options.use_fcntl_lock.set) options.use_fcntl_lock.value = false;
    if (options.mbx_format) choose_mbx_locks(options);
    if (!options.use_fcntl_lock.value && !options.use_flock_lock.value && !options.use_lockfile.value &&
        !options.use_mbx_lock.value)
        return refuse(wording::no_locking());
    if (!options.use_fcntl_lock.value) options.lock_fcntl_timeout.seconds = 0;
    if (!options.use_flock_lock.value) options.lock_flock_timeout.seconds = 0;
    if (options.directory) {
        if (options.maildir_format && options.mailstore_format) return refuse(wording::maildir_or_mailstore());
        if (options.quota_filecount && !options.quota) return refuse(wording::needs_quota("quota_filecount"));
        if (options.quota_directory && !options.quota) return refuse(wording::needs_quota("quota_directory"));
    }
    if (instance.options.user.uid && !instance.options.group.set())
        return {Frame::general, wording::user_set_without_group(instance.name)};
    const std::string& create = options.create_file.value;
    if (!create.empty() && create[0] != '/' && create != "anywhere" && create != "inhome" && create != "belowhome")
        return {Frame::general, wording::create_file_invalid(instance.name, create)};
    return {};
}

void fill_unset(Expandable& option, std::string value, const SourcePlace& where) {
    if (!option.set) option = {std::move(value), true, where};
}
void fill_unset(PlainString& option, const char* value) {
    if (!option.set) option = {value, true};
}

// BSMTP has its own escaping; one file for many messages is an mbox unless the options say otherwise.
void complete_format(const TransportInstance& instance, O& options) {
    if (options.use_bsmtp) {
        options.check_string = {".", true};
        options.escape_string = {"..", true};
    } else if (!options.directory && !options.maildir_format && !options.mailstore_format) {
        fill_unset(options.message_prefix, "From ${if def:return_path{$return_path}{MAILER-DAEMON}} ${tod_bsdinbox}\n",
                   instance.where);
        fill_unset(options.message_suffix, "\n", instance.where);
        fill_unset(options.check_string, "From ");
        fill_unset(options.escape_string, ">From ");
    }
}

Error init(const TransportInstance& instance) {
    O& options = *static_cast<O*>(instance.private_options.get());
    if (Error error = check_combinations(instance, options); !error.text.empty()) return error;
    if (options.quota_warn_threshold.set)
        fill_unset(options.quota_warn_message, wording::default_quota_warning(), instance.where);
    complete_format(instance, options);
    if (options.mbx_format && options.directory) return {Frame::none, "", wording::mbx_in_directory(instance.name)};
    return {};
}

}  // namespace

extern const TransportDriver appendfile_driver;
constexpr TransportDriver appendfile_driver = transport_driver_of<Appendfile>("appendfile", kRows, init);

}  // namespace postern
