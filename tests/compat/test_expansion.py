# SPDX-License-Identifier: Apache-2.0
"""The expansion language through -be (expansion.md): grammar, variables, conditions, lookups in files, items, operators, taint."""
from compatlib import Call, Case, File, Lines, compat, compat_lines, conf

LS = r"""# comment
alice: alice data
bob   bob data with  spaces
carol : one,
  two,
	three
"quo ted": qq
"q:x" qx
empty:
*.wild.ex: wildval
wild2.ex:  exact
*: star
*@star.ex: starat
# end
dave: d1
# a comment inside
  d2

  d3
fields: uid=1 gid="a b" home=/x
"""
LSW = "^abc\\d+: regexval\n*.tail.ex: tailval\n\\N^x\\d+\\N: nregex\nplain: p\n*: dflt\n"
IP = "1.2.3.4: v4\n10.0.0.0/8: ten\n\"2001:db8::/32\": v6\n*: any\n"
FILES = (File("etc/ls", LS), File("etc/lsw", LSW), File("etc/ip", IP), File("etc/rf", "line1\nline2\n"), File("etc/rf2", "noeol"),
         File("etc/DL", "# c\n*.foo.ex\n  bar.ex   # trailing\n! neg.ex\n^re[0-9]\n"),
         File("etc/AL", "# c\nab#c@x.ex\n cd@x.ex # comment\n!ef@x.ex\n*@y.ex\n"))
CONFIG = conf("""
domainlist local_domains = test.ex : *.local.ex
domainlist nested = <; a.b ; c::d;; e ; +local_domains
hostlist some_hosts = 10.0.0.0/8 : 192.168.1.1
addresslist some_people = joe@x.ex : *@y.ex
localpartlist some_parts = root : postm*
""")

GRAMMAR = Lines("grammar", config=CONFIG, setup=FILES, lines=(
    "plain text", "", "   leading blanks", r"a\tb\nc\\d", r"\x41\101\q", r"\N$abc\N def", r"\N$abc", r"\$x", "a$", "$", "${", "${1", "$ a", "$$",
    "$1", "$0", "${1}", "$-", "$nosuch", "${nosuch}", "$primary_hostname", "${primary_hostname}", "${primary_hostname}x", "$primary_hostname.x",
    "${primary_hostname", "${lc:ABC", "${lc:ABC}}", "}", "{", "a}b{c", "${foo:abc}", "${foo_bar:abc}", "${lc:${uc:abC}}", "${lc :ABC}", "${ lc:ABC}",
    "${lc: ABC }", "${if eq{a}{a}{x{y}z}}", "${if eq{a}{a}{x\\}z}}", "${if eq{a}{a} {yes} {no} }", "${if eq {a} {a} {yes}{no}}", "${if  eq{a}{a}}",
    "$h_subject:", "$h_x-y", "${h_subject:}", "$header_subject:x", "$rh_x: $bh_x: $lh_x:",
    "${if eq{a}{b}{y}fail}", "${if eq{a}{b}{y}{n}{z}}", "${if eq{a}{b}{y}{n}", "${if eq{a}{b}{y}foo}", "${if eq{a}{a}{y}fail}",
    "${if eq{a}{b}{$nosuch}{ok}}", "${if eq{a}{b}{${lookup{x}lsearch{/nope}}}{ok}}", "${if eq{a}{a}{ok}{$nosuch}}", "${if", "${if eq", "${if eq{a}",
    "${if eq{a}{b}", "${if !eq{a}{b}{y}}", "${if ! eq{a}{b}{y}}", "${if !!eq{a}{b}{y}{n}}", "${if nosuch{a}{b}{y}}", "${if {a}{b}}",
    "${length_3:abcdef}", "${length_x:abc}", "${length:abcdef}", "${l:x}", "${lookup}", "${lookup{x}}", "${lookup{x}nosuch{y}}", "${extract}", "${sg}", "${sg{a}}",
    "${sg{a}{b}}", "${sg{a}{b}{c}{d}}", "${expand:a}", "${expand:\\$primary_hostname}", "${expand:a\\$b}",
))

VARIABLES = Lines("variables", config=CONFIG, setup=FILES, lines=(
    "$qualify_domain $qualify_recipient", "$spool_directory", "$config_file $config_dir", "$caller_uid $caller_gid", "$exim_uid", "$originator_uid",
    "$local_part@$domain", "$local_part_prefix|$local_part_suffix|$local_part_data|$domain_data", "$sender_address|$sender_address_domain", "$return_path", "$home",
    "$message_id|$message_exim_id|$message_size|$message_body_size|$message_linecount", "$received_protocol|$received_for|$received_count", "$recipients_count",
    "$router_name|$transport_name", "$address_data|$address_file|$address_pipe", "$original_local_part|$original_domain|$parent_local_part|$parent_domain",
    "$tod_zone", "${if match{$tod_epoch}{\\N^\\d{10}$\\N}{y}{n}}", "${if match{$tod_log}{\\N^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$\\N}{y}{n}}",
    "${if match{$tod_full}{\\N^\\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} \\+0000$\\N}{y}{n}}", "${if match{$tod_logfile}{\\N^\\d{8}$\\N}{y}{n}}", "${if match{$tod_zulu}{\\N^\\d{14}Z$\\N}{y}{n}}",
    "$value|$item|$runrc|$self_hostname|$host|$host_address", "$interface_address|$sender_host_address|$sender_helo_name", "$acl_m0|$acl_c_x", "$r_x", "$n0 $n9 $sn0",
    "$message_headers", "$body_linecount $body_zerocount", "$inode", "$bounce_recipient", "$smtp_active_hostname", "${local_part}${domain}",
    "$thisaddress", "$queue_name|", "$warn_message_delay", "$message_age", "$received_time", "$rcpt_count",
))

CONDITIONS = Lines("conditions", config=CONFIG, setup=FILES, lines=(
    "${if eq{a}{a}}", "${if eq{a}{b}}", "${if eq{a}{A}{y}{n}}", "${if eqi{a}{A}{y}{n}}", "${if lt{a}{b}{y}{n}}", "${if lti{B}{a}{y}{n}}", "${if gt{b}{a}{y}{n}}",
    "${if gei{b}{B}{y}{n}}", "${if le{a}{a}{y}{n}}", "${if ge{a}{b}{y}{n}}", "${if gti{a}{B}{y}{n}}", "${if lei{A}{a}{y}{n}}",
    "${if >{1k}{1023}{y}{n}}", "${if ={}{ }{y}{n}}", "${if <{a}{1}{y}{n}}", "${if <{-1k}{0x10}{y}{n}}", "${if =={1}{1}{y}{n}}", "${if >={2}{1}{y}{n}}",
    "${if <={2}{1}{y}{n}}", "${if !={2}{1}{y}{n}}", "${if ={1M}{1024k}{y}{n}}", "${if ={1x}{1}{y}{n}}", "${if ={1}{99999999999999999999}{y}{n}}",
    "${if and{eq{a}{a}}{y}{n}}", "${if and{{eq{a}{a}}{eq{b}{b}}}{y}{n}}", "${if and{{eq{a}{b}}{eq{$nosuch}{b}}}{y}{n}}", "${if and{{eq{a}{b}}{eq{1}{1}}}{y}{n}}",
    "${if or{{eq{a}{b}}{nosuch{x}}}{y}{n}}", "${if or{{eq{a}{b}}{eq{b}{b}}}{y}{n}}", "${if or {{eq{a}{b}}{eq{b}{c}}}{y}{n}}", "${if and{}{y}{n}}",
    "${if !and{{eq{a}{a}}{eq{b}{b}}}{y}{n}}", "${if and{{or{{eq{a}{b}}{eq{b}{b}}}}{!eq{a}{b}}}{y}{n}}",
    "${if bool{ 0 }{y}{n}}", "${if bool{00}{y}{n}}", "${if bool{}{y}{n}}", "${if bool{TRUE}{y}{n}}", "${if bool{No}{y}{n}}", "${if bool{maybe}{y}{n}}", "${if bool{-1}{y}{n}}",
    "${if bool_lax{00}{y}{n}}", "${if bool_lax{maybe}{y}{n}}", "${if bool_lax{ no }{y}{n}}", "${if bool_lax{}{y}{n}}", "${if bool_lax{0}{y}{n}}",
    "${if def:{y}{n}}", "${if def:h_foo{y}{n}}", "${if def:h_foo:{y}{n}}", "${if def:primary_hostname{y}{n}}", "${if def:local_part{y}{n}}", "${if def:nosuch{y}{n}}",
    "${if !def:local_part{y}{n}}", "${if def:acl_m0{y}{n}}", "${if def:1{y}{n}}",
    "${if match{abc123}{^([a-z]+)(\\\\d+)}{$0-$1-$2}{n}}", "${if match{abc}{\\N^(.)\\N}{$1}}-$1-", "${if match{abc}{(}{y}{n}}", "${if match{ABC}{b}{y}{n}}",
    "${if match{ABC}{(?i)b}{y}{n}}", "${if match{abc}{\\N^b\\N}{y}{n}}", "${if match{a.c}{\\N^a\\.c$\\N}{y}{n}}", "${if match{abc}{b|x}{<$0>}}",
    "${if match_domain{a.foo.ex}{*.foo.ex}{$0-$1}{n}}", "${if match_domain{a.foo.ex}{^(.)}{$0-$1}{n}}", "${if match_local_part{ab}{^(.)}{$0-$1}{n}}", "${if match_address{ab@x}{^(.)}{$0-$1}{n}}",
    "${if match_domain{a.wild.ex}{partial-lsearch;@ETC@/ls}{$value-$0-$1-$2}{n}}", "${if match_domain{x}{$primary_hostname}{y}{n}}", "${if match_domain{mx.test.example}{@}{$value}{n}}",
    "${if match_domain{test.ex}{+local_domains}{$value}{n}}", "${if match_domain{a.local.ex}{+local_domains}{$value}{n}}", "${if match_domain{a.b}{+nested}{$value}{n}}",     "${if match_domain{x}{!y}{y}{n}}", "${if match_domain{x}{!y:z}{y}{n}}", "${if match_domain{x}{z:!y}{y}{n}}", "${if match_domain{x}{!x:*}{y}{n}}", "${if match_domain{x}{}{y}{n}}",
    "${if match_domain{TEST.EX}{test.ex}{$value}{n}}", "${if match_domain{a.foo.ex}{@ETC@/DL}{$value}{n}}", "${if match_domain{bar.ex}{@ETC@/DL}{$value}{n}}", "${if match_domain{neg.ex}{@ETC@/DL : *}{$value}{n}}",
    "${if match_domain{re5x}{@ETC@/DL}{$value}{n}}", "${if match_domain{other.ex}{@ETC@/DL}{$value}{n}}", "${if match_domain{other.ex}{!@ETC@/DL}{y}{n}}", "${if match_domain{a.foo.ex}{!@ETC@/DL : *}{y}{n}}",
    "${if match_address{ab#c@x.ex}{@ETC@/AL}{y}{n}}", "${if match_address{cd@x.ex}{@ETC@/AL}{y}{n}}", "${if match_address{ef@x.ex}{@ETC@/AL}{y}{n}}", "${if match_address{zzz@y.ex}{@ETC@/AL}{$value}{n}}",
    "${if match_address{}{}{y}{n}}", "${if match_address{}{:}{y}{n}}", "${if match_address{}{*}{y}{n}}", "${if match_address{A@B.ex}{a@b.ex}{y}{n}}", "${if match_address{A@B.ex}{+caseful:a@b.ex}{y}{n}}",
    "${if match_address{abc@b.ex}{*bc@b.ex}{y}{n}}", "${if match_address{abc@b.ex}{b.ex}{y}{n}}", "${if match_address{abc@x.b.ex}{*.b.ex}{y}{n}}", "${if match_address{me@test.ex}{*@test.ex}{$value}{n}}",
    "${if match_address{joe@x.ex}{+some_people}{y}{n}}", "${if match_address{x@y.ex}{+some_people}{y}{n}}", "${if match_address{joe}{joe@x}{y}{n}}",
    "${if match_local_part{Root}{+some_parts}{$value}{n}}", "${if match_local_part{postmaster}{+some_parts}{$value}{n}}", "${if match_local_part{postm*}{+some_parts}{$value}{n}}",
    "${if match_local_part{alice}{lsearch;@ETC@/ls}{$value}{n}}", "${if match_local_part{xyz}{*yz}{$value}{n}}",
    "${if match_ip{192.168.1.1}{192.168.1.0/24}{y}{n}}", "${if match_ip{192.168.1.1}{10/8}{y}{n}}", "${if match_ip{1.2.3.4}{net-iplsearch;@ETC@/ip}{$value}{n}}", "${if match_ip{10.9.9.9}{+some_hosts}{y}{n}}",
    "${if inlist{}{a::b}{y}{n}}", "${if inlist{}{a: :b}{y}{n}}", "${if inlist{b}{a:b}{$value}{n}}", "${if inlisti{B}{a:b}{$value}{n}}", "${if inlist{b}{<;a;b}{y}{n}}",
    "${if forall{}{eq{$item}{b}}{y}{n}}", "${if forany{a:b}{eq{$item}{b}}{y}{n}}", "${if forall{a:b}{eq{$item}{b}}{y}{n}}", "${if forany{<,a,b}{eq{$item}{c}}{y}{n}}",
    "${if exists{@ETC@/ls}{y}{n}}", "${if exists{/nope}{y}{n}}", "${if exists{}{y}{n}}", "${if isip{1.2.3.4}{y}{n}}", "${if isip4{::1}{y}{n}}", "${if isip6{::1}{y}{n}}", "${if isip{x}{y}{n}}",
    "${if lti{a}{ab}{y}{n}}", "${if gti{}{x}{y}{n}}", "${if lei{A}{ab}{y}{n}}", "${if gei{ab}{A}{y}{n}}", "${if lti{ab}{a}{y}{n}}", "${if lei{}{}{y}{n}}", "${if lt{a}{ab}{y}{n}}",
    "${filter{a}{match_ip{yes}{nobody}}}", "${filter{a:b}{<{x}{1}}}", "${filter{a}{nosuch{x}}}", "${map{a}{${if eq{a}{b}{x}fail}}}", "${filter{a}{eq{${if eq{a}{b}{x}fail}}{1}}}", "${if forany{a}{eq{${if eq{a}{b}{x}fail}}{1}}}", "${if <{x}{${time_eval:y}}{y}{n}}",
    "${if first_delivery{y}{n}}", "${if queue_running{y}{n}}", "${if def:sender_address{y}{n}}", "${if eq {${lc:A}} {a} {y}{n}}",
))

LOOKUPS = Lines("lookups", config=CONFIG, setup=FILES, lines=(
    "${lookup{ALICE}lsearch{@ETC@/ls}}", "${lookup{bob}lsearch{@ETC@/ls}}", "${lookup{carol}lsearch{@ETC@/ls}}", "${lookup{quo ted}lsearch{@ETC@/ls}}", "${lookup{q:x}lsearch{@ETC@/ls}}",
    "${lookup{empty}lsearch{@ETC@/ls}{[$value]}{none}}", "${lookup{dave}lsearch{@ETC@/ls}}", "${lookup{nobody}lsearch{@ETC@/ls}}", "${lookup{nobody}lsearch{@ETC@/ls}{y}{n}}",
    "${lookup{nobody}lsearch{@ETC@/ls}{y}fail}", "${lookup{alice}lsearch{@ETC@/ls}{<$value>}fail}", "${lookup{}lsearch{@ETC@/ls}{y}{n}}", "${lookup{alice}lsearch{/nope}{y}{n}}", "${lookup{alice}lsearch{relative}{y}{n}}",
    "${lookup{nobody}lsearch*{@ETC@/ls}{$value $1 [$2]}{n}}", "${lookup{x@star.ex}lsearch*@{@ETC@/ls}{$value $1}{n}}", "${lookup{x@other.ex}lsearch*@{@ETC@/ls}{$value $1}{n}}",
    "${lookup{a.b.wild.ex}partial-lsearch{@ETC@/ls}{$value $1 $2}{n}}", "${lookup{wild.ex}partial-lsearch{@ETC@/ls}{$value [$1] $2}{n}}", "${lookup{wild2.ex}partial-lsearch{@ETC@/ls}{$value [$1]}{n}}",
    "${lookup{a.b.c.d}partial1-lsearch{@ETC@/ls}{$value}{n}}", "${lookup{a.b.c.d}partial0-lsearch{@ETC@/ls}{$value $1 [$2]}{n}}", "${lookup{a.wild.ex}partial(.)lsearch{@ETC@/ls}{$value}{n}}",
    "${lookup{alice}lsearch,ret=full{@ETC@/ls}}", "${lookup{ALICE}lsearch,ret=key{@ETC@/ls}}", "${lookup{alice}lsearch,foo=bar{@ETC@/ls}}",
    "${lookup{gid}lsearch{@ETC@/ls}{y}{n}}", "${extract{gid}{${lookup{fields}lsearch{@ETC@/ls}}}}", "${lookup{gid:fields}lsearch{@ETC@/ls}{$value}{n}}", "${lookup{nofield:fields}lsearch{@ETC@/ls}{$value}{n}}",
    "${lookup{abc12}wildlsearch{@ETC@/lsw}}", "${lookup{a.tail.ex}wildlsearch{@ETC@/lsw}}", "${lookup{x12}wildlsearch{@ETC@/lsw}}", "${lookup{plain}wildlsearch{@ETC@/lsw}}",
    "${lookup{x12}nwildlsearch{@ETC@/lsw}}", "${lookup{abc12}nwildlsearch{@ETC@/lsw}}", "${lookup{abcd}nwildlsearch{@ETC@/lsw}}",
    "${lookup{1.2.3.4}iplsearch{@ETC@/ip}}", "${lookup{10.9.9.9}iplsearch{@ETC@/ip}}", "${lookup{2001:db8::5}iplsearch{@ETC@/ip}}", "${lookup{9.9.9.9}iplsearch{@ETC@/ip}{$value}{none}}",
    "${lookup{9.9.9.9}iplsearch*{@ETC@/ip}}", "${lookup{abc}iplsearch{@ETC@/ip}}", "${lookup passwd{root}}", "${lookup{alice}nosuch{@ETC@/ls}}", "${lookup{alice} lsearch {@ETC@/ls} {$value} }", "${lookup{alice}lsearch{@ETC@/ls}{a}{b}{c}}",
))

ITEMS = Lines("items", config=CONFIG, setup=FILES, lines=(
    "${extract{-1}{:}{a:b:c}}", "${extract{0}{:}{a:b:c}}", "${extract{2}{:}{a:b:c}}", "${extract{5}{:}{a:b:c}{y}{n}}", "${extract{2}{:}{a:b}{<$value>}{n}}$value", "${extract{-2}{:}{a:b:c}}", "${extract{2}{:,}{a:b,c}}",
    "${extract{GID}{uid=1 gid=\"a b\" home=/x}}", "${extract{gid}{uid=1 gid = x}}", "${extract{nope}{uid=1}{y}{n}}", "${extract{nope}{uid=1}}", "${extract{nope}{uid=1}{$value}fail}", "${extract{ 2 }{:}{a:b}}", "${extract{}{a=b}{y}{n}}", "${extract{1}{}{abc}}",
    "${listextract{2}{<;a;b:c;d}}", "${listextract{-1}{a:b:c}}", "${listextract{9}{a:b}{y}{n}}", "${listextract{0}{a:b}}", "${listextract{x}{a:b}}",
    "${map{<,a,b}{$item,$item}}", "${map{a:b}{$item${if match{$item}{(.)}{$1}}}}", "${map{}{x}}", "${map{a::b:c}{[$item]}}", "${filter{a:b:a}{eq{$item}{a}}}", "${filter{a:b}{eq{$item}{c}}}", "${filter{<,a,b}{!eq{$item}{a}}}",
    "${reduce{1:2:3}{0}{${eval:$value+$item}}}", "${reduce{<, 3,9,4}{0}{${if >{$item}{$value}{$item}{$value}}}}", "${sort{3:2:1:4}{<}{$item}}", "${sort{b:a:C}{lti}{$item}}",
    "${sg{abc}{}{-}}", "${sg{aXbX}{X}{\\$0\\$0}}", "${sg{abcabc}{b}{}}", "${sg{abc}{(a)(b)}{\\$2\\$1}}", "${sg{abc}{(}{x}}", "${sg{a.b.c}{\\\\.}{_}}", "${sg{ABC}{(?i)b}{x}}",
    "${tr{abcdea}{ac}{13}}", "${tr{abca}{aa}{12}}", "${tr{abc}{abc}{1}}", "${length{3}{abcdef}}", "${substr{1}{2}{abcdef}}", "${substr{-3}{2}{abcdef}}", "${substr{x}{abcdef}}", "${hash{3}{monty}}", "${nhash{8}{64}{super}}",
    "${readfile{@ETC@/rf}{:}}", "${readfile{@ETC@/rf}}", "${readfile{@ETC@/rf}{}}", "${readfile{@ETC@/rf2}{:}}", "${readfile{/nope}}",
    "${run{/bin/echo hello world}{[$value]}{no}}", "${run{/nope}{yes}{no $runrc}}", "${listquote{:}{a:b}}", "${hmac{md5}{secret}{text}}", "${certextract{x}{y}}", ("${perl{x}}", "D-not-compiled-in"), ("${dlfunc{x}{y}}", "D-not-compiled-in"), "${acl{x}}",
    "${if eq{a}{a}{${lookup{alice}lsearch{@ETC@/ls}{$value}}}}", "${env{PATH}{y}{n}}",
))

OPERATORS = Lines("operators", config=CONFIG, setup=FILES, lines=(
    "${quote:}", "${quote:a b}", "${quote:a\"b\\\\c}", "${quote:abc}", "${quote_local_part:a.b}", "${quote_local_part:.a}", "${quote_local_part:a b@c}", "${rxquote:a.b*c_1}", "${escape:a\\tb\\x01\\r\\n}", "${escape8bit:\xfc\\\\x~}",
    "${hash_3:abcdefgh}", "${hash_5_62:monty python}", "${h_3:abc}", "${hash_3_99:abcdef}", "${nhash_8_64:supercalifragilisticexpialidocious}", "${nhash_100:abc}", "${md5:abc}", "${sha1:abc}", ("${sha256:abc}", "D-expansion-later"),
    "${base62:12345}", "${base62d:0003D7}", "${base32:12345}", "${base32d:mbz}", "${base64:abc}", "${str2b64:abc}", "${base64d:YWJj}", "${base64d:YWJ}", "${hex2b64:616263}", "${hex2b64:61626}", "${hexquote:a\\x80b}",
    "${eval:1+2*3}", "${eval:0x10+010}", "${eval10:010}", "${eval:(1+2)*3 << 2}", "${eval:7%4|8^1&3}", "${eval:-5+~0}", "${eval:5 -3 -1}", "${eval:4k/2}", "${eval:2<<62}", "${eval:2*}", "${eval:2/0}", "${eval:2 3}", "${eval:08}", "${eval:(1}", "${eval:}",
    "${length_3:abcdef}", "${substr_1_2:abcdef}", "${substr_-3:abcdef}", "${substr_-3_2:abcdef}", "${substr_-9_5:abcdef}", "${substr_7:abcdef}", "${s_2:abcdef}", "${substr_1_x:abc}", "${l_2:abc}", "${strlen:abc}", "${strlen:}",
    "${listcount:a:b:c}", "${listcount:<;a;b}", "${listcount:}", "${listnamed:local_domains}", "${listnamed_d:nested}", "${listnamed:nosuch}", "${listnamed_h:local_domains}", "${listnamed_z:x}",
    "${mask:192.168.10.206/28}", "${mask:1.2.3.4}", "${domain:joe@X.Ex}", "${local_part:Joe@x.ex}", "${address:Joe <joe@x.ex>}", "${address:joe@@x}", "${local_part:joe}", "${domain:joe}", "${addresses:a@b, c@d, \"x:y\"@z}", "${addresses:>& a@b, c@d}",
    "${time_eval:1d2h3m4s}", "${time_eval:x}", "${time_interval:93784}", "${time_interval:0}", "${time_interval:x}", "${rfc2047:abc}", "${rfc2047:a b \xfc}", "${lc:ABC}", "${uc:abc}", "${stat:/nope}", "${reverse_ip:1.2.3.4}", "${reverse_ip:10.0.0.0/8}", "${base32:}", "${base62:}", "${if eq{yes}{a,b}{${length{a::b}{abcdef}}}{no}}", "${ipv6norm:::1}",
    "${utf8clean:abc}", "${from_utf8:abc}", "${xtextd:a+2Bb}", "${randint:1}", "${lookup{x}", "${eval:1==1}", "${headerwrap_10_20:x}",
))

# What is looked at in text that is not taken, and in which order things fail.
SKIPPED = Lines("skipped", config=CONFIG, setup=FILES, lines=(
    "${if eq{a}{b}{${length{x}{abc}}}{n}}", "${if eq{a}{b}{${length{}{abc}}}{n}}", "${if eq{a}{b}{${length{ }{abc}}}{n}}",
    "${if eq{a}{b}{${length{-1}{abc}}}{n}}", "${if eq{a}{b}{${length{$local_part}{abc}}}{n}}", "${if eq{a}{b}{${length{a$local_part}{abc}}}{n}}",
    "${if eq{a}{b}{${substr{-1}{abc}}}{n}}", "${if eq{a}{b}{${substr{-$local_part}{abc}}}{n}}", "${if eq{a}{b}{${substr{1}{-1}{abc}}}{n}}",
    "${if eq{a}{b}{${substr{1}{x}{abc}}}{n}}", "${if eq{a}{b}{${substr{ 1}{+2}{abc}}}{n}}", "${if eq{a}{b}{${hash{x}{abc}}}{n}}",
    "${if eq{a}{b}{${hash{3}{99}{abcdef}}}{n}}", "${if eq{a}{b}{${nhash{x}{abc}}}{n}}", "${if eq{a}{b}{${nhash{3}{-1}{abc}}}{n}}",
    "${if eq{a}{b}{${sg{a}{(}{b}}}{n}}", "${if eq{a}{b}{${sg{$local_part}{($local_part)}{b}}}{n}}", "${if eq{a}{b}{${sg{abc}{b}{\\$nosuch}}}{n}}",
    "${if eq{a}{b}{${sg{abc}{d}{\\$nosuch}}}{n}}", "${if eq{a}{b}{${listextract{x}{a}}}{n}}", "${if eq{a}{b}{${listextract{ }{a}}}{n}}",
    "${if eq{a}{b}{${listextract{-$local_part}{a}}}{n}}", "${if eq{a}{b}{${listextract{x}{$nosuch}}}{n}}",
    "${if eq{a}{b}{${listextract{1}{${length{x}{a}}}}}{n}}", "${if eq{a}{b}{${if bool{maybe}{1}{2}}}{n}}",
    "${if eq{a}{b}{${if !bool{a$local_part}{1}{2}}}{n}}", "${if eq{a}{b}{${if bool_lax{maybe}{1}{2}}}{n}}",
    "${if eq{a}{b}{${sort{a:b}{eq}{$item}}}{n}}", "${if eq{a}{b}{${sort{a:b}{!lt}{$item}}}{n}}", "${if eq{a}{b}{${sort{}{lt}{${length{x}{a}}}}}{n}}",
    "${if eq{a}{b}{${hash_3_99:abcdef}}{n}}", "${if eq{a}{b}{${length_x:abc}}{n}}", "${if eq{a}{b}{${l:abc}}{n}}", "${if eq{a}{b}{${eval:x}}{n}}",
    "${if eq{a}{b}{${hmac{md6}{a}{b}}}{n}}", "${if eq{a}{b}{${extract{}{a=b}}}{n}}", "${if eq{a}{b}{${extract{x}{:}{a}{b}{c}}}{n}}",
    "${if eq{a}{b}{${readfile{/nope}}}{n}}", "${if eq{a}{b}{${mask:x}}{n}}", "${if eq{a}{b}{${base32:x}}{n}}",
    "${if eq{a}{b}{${if <{x}{y}{1}{2}}}{n}}", "${if eq{a}{b}{${if match{a}{(}{1}{2}}}{n}}", "${if eq{a}{b}{${if match_ip{a}{(}{1}{2}}}{n}}",
    "${if eq{a}{b}{${lookup{x}lsearch{relative}}}{n}}", "${if eq{a}{b}{${quote_foo:abc}}{n}}", "${if eq{a}{b}{${listnamed_x:abc}}{n}}",
    "${if eq{a}{b}{${expand:\\$nosuch}}{n}}", "${if eq{a}{b}{${run{/bin/echo ${length{x}{abc}}}}}{n}}",
    "${if eq{a}{b}{${length{a${lc:X}b}{abc}}}{n}}", "${if eq{a}{b}{${length{$h_subject:}{abc}}}{n}}", "${if eq{a}{b}{${length{\\N$x\\N}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${if eq{a}{a}{x}{y}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${if eq{a}{a}{x}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${if bool{yes}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${lookup{x}lsearch{/y}{1x}{2y}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${env{X}{3q}{4q}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${run{X}{3q}{4q}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${listextract{1}{a}{3q}{4q}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${extract{1}{:}{a}{3q}{4q}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${map{a:b}{x}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${filter{a:b}{eq{a}{a}}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${reduce{a:b}{c}{d}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${sort{a:b}{lt}{d}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${hmac{md5}{a}{b}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${readfile{/etc/passwd}{z}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${length{1}{abc}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${substr{0}{2}{abc}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${hash{2}{26}{abc}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${nhash{8}{64}{abc}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${tr{abc}{a}{1}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${listquote{b}{abc}}}{abc}}}{n}}",
    "${if eq{a}{b}{${length{${listquote{:}{}}}{abc}}}{n}}", "${if eq{a}{b}{${length{${sg{abc}{b}{}}}{abc}}}{n}}", "${map{}{${length{x}{abc}}}}",
    "${map{1:2}{${substr{-$item}{1}{abc}}}}", "${filter{a}{eq{${length{x}{abc}}}{1}}}", "${filter{}{bool{maybe}}}", "${filter{}{bool{maybe}}",
    "${filter{}{bool{maybe$nosuch}}}", "${reduce{}{}{${length{x}{abc}}}}", "${map{}{${length{x}{abc}}$nosuch}}", "${map{}{$nosuch${length{x}{abc}}}}",
    "${if forany{}{bool{$item}}{y}{n}}", "${if forany{a}{bool{a$item}}{y}{n}}", "${if forall_json{}{bool{z}}{y}{n}}",
    "${if or{{eq{a}{a}}{eq{${length{x}{abc}}}{1}}}{y}{n}}", "${if and{{eq{a}{b}}{bool{maybe}}}{y}{n}}",
    "${if eq{a}{b}{${map{}{${length{x}{y}}}}}{n}}", "${if eq{a}{b}{${map{${length{x}{y}}}{x}}}{n}}", "${if eq{a}{b}{${filter{}{bool{z}}}}{n}}",
    "${if eq{a}{b}{${if forany{}{bool{z}}}}{n}}", "${if eq{a}{b}{${if and{{eq{a}{b}}{or{{bool{z}}}}}}}{n}}",
    "${if eq{a}{b}{${reduce{}{${length{x}{y}}}{x}}}{n}}", "${if eq{a}{b}{${length{x}{abc}}}{n}}{z}", "${if eq{a}{b}{${length{x}{abc}}}foo}",
    "${if eq{a}{b}{${length{x}{$nosuch}}}{n}}", "${if eq{a}{b}{${length{x}}}{n}}", "${if eq{a}{b}{${lc:${length{x}{y}}}}{n}}",
    "${if eq{a}{b}{${foo:${length{x}{y}}}}{n}}", "${if eq{a}{b}{${lookup{${length{x}{y}}}lsearch{a}}}{n}}",
    "${if eq{a}{b}{${extract{1}{:}{a}{b}{${length{x}{y}}}}}{n}}", "${if eq{a}{b}{${run,preexpand{/bin/echo ${length{x}{abc}}}}}{n}}",
    "${if eq{a}{b}{${run{/bin/echo}{${length{x}{abc}}}}}{n}}", ("${if eq{a}{b}{${length{${sg{abc}{b}{\\$0}}}{abc}}}{n}}", "D-expand-skip"),
    ("${map{}{${length{${sg{abc}{b}{\\$0}}}{abc}}}}", "D-expand-skip"), ("${if eq{a}{b}{${if forany{a:b}{<{$item}{1}}{1}{2}}}{n}}", "D-expand-skip"),
    ("${if or{{eq{a}{a}}{forall{a:b}{bool{$item}}}}{y}{n}}", "D-expand-skip"), ("${sort{a:b}{nosuch}{$item}}", "D-expand-sort"),
))

NUMBERS_AND_SUFFIXES = Lines("found", config=CONFIG, setup=FILES, lines=(
    "${if <{1}{${time_eval:y}}{y}{n}}", "${if <{x}{$nosuch}{y}{n}}", "${if <{x}", "${if <{x}}", "${if <{1}{x}{$nosuch}{n}}",
    "${if ={x}{${if eq{a}{b}{x}fail}}{y}{n}}", "${if eq{a}{b}{${if >={x}{$nosuch}{y}{n}}}{no}}", "${if eq{a}{b}{${if >={x}{1}{y}{n}}}{no}}",
    "${if and{{eq{${if eq{a}{b}{x}fail}}{x}}{eq{a}{a}}}{y}{n}}", "${if or{{<{x}{1}}}{y}{n}}", "${if forall{a}{eq{${if eq{a}{b}{x}fail}}{1}}{y}{n}}",
    "${if forany{a}{and{{<{x}{1}}}}{y}{n}}", "${if forany_json{[\"a\"]}{<{x}{1}}{y}{n}}", "${if forall_jsons{[\"a\"]}{<{x}{1}}{y}{n}}",
    "${if isip{fe80::1%a b}{y}{n}}", "${if isip{fe80::1%eth0/8}{y}{n}}", "${if isip{fe80::1%}{y}{n}}", "${reduce{a}{b}{${if eq{a}{b}{x}fail}}}",
    "${sort{a:b}{lt}{${if eq{a}{b}{x}fail}}}", "${map{a}{${filter{b}{<{x}{1}}}}}", "${map{a}{${map{b}{${if eq{a}{b}{x}fail}}}}}",
    "${map{a}{${expand:\\$nosuch}}}", "${extract{-}{:}{a:b}}", "${extract{-}{a=b}}", "${listextract{-}{a}{y}{n}}", "${substr{ 1}{+2}{abcd}}",
    "${hash{x}{abc}}", "${nhash{x}{abc}}", "${sort{b:a}{lt x}{$item}}", "${sort{2:10}{<x}{$item}}", "${sort{b:a}{\\x6ct}{$item}}",
    "${sort{b:a}{}{$item}}", "${sort{b:a}{!lt}{$item}}", "${sort{b:a}{${lc:Xabcdefghijklmnopqrstuvwxyz}}{$item}}", "${sort{$nosuch}{eq}{$item}}",
    "${sort{b:a}{eq}{$nosuch}}", "${base32: 5}", "${base32:\\t+5}", "${base32: -5}", "${base32:-}", "${base32: }", "${base32:5 }", "${base32:1k}",
    "${base32:99999999999999999999999}", "${base32:-9223372036854775809}", "${base32d:zzzzzzzzzzzzzzzz}", "${base62: }", "${base62:-}",
    "${base62:99999999999999999999999}", "${base62:-9223372036854775809}", "${base62d:zzzzzzzzzzzzzzzz}", "${reverse_ip:10.1.2.3/33}",
    "${reverse_ip:10.1.2.3/}", "${reverse_ip:10.1.2.3/ +8}", "${reverse_ip:10.1.2.3/-0}", "${reverse_ip:10.1.2.3/-1}", "${reverse_ip:10.1.2.3/ }",
    "${reverse_ip:10.1.2.3/8 }", "${reverse_ip:10.1.2.3/8/9}", "${reverse_ip:2001:db8::1/32}", "${reverse_ip:::ffff:1.2.3.4/8}",
    "${reverse_ip:fe80::1%eth0}", "${reverse_ip:fe80::1%eth0/8}", "${reverse_ip:/8}", "${mask:1.2.3.4/ +8}", "${mask:1.2.3.4/-0}",
    "${mask:1.2.3.4/-1}", "${mask:fe80::1%eth0/64}",
    "${if <{ x}{1}{y}{n}}", "${if <{1}{ 1x }{y}{n}}", "${if <{\\t-x}{1}{y}{n}}", "${if bool{ - }{y}{n}}", "${if bool{--}{y}{n}}",
    "${if bool_lax{-}{y}{n}}", "${if bool_lax{-0}{y}{n}}", "${extract{no}{fail}{y}{${length{$primary_hostname}{a}}$nosuch}}",
    "${extract{a}{a=b}{${length{$primary_hostname}{a}}$nosuch}{n}}", "${extract{a}{a=b}{y$nosuch}{n}}", "${extract{a}{a=b}{y}{$nosuch}}",
    "${extract{no}{fail}{$nosuch}{n}}", "${extract{no}{fail}{y}{n}{$nosuch}}",
))

test_lines = compat_lines([GRAMMAR, VARIABLES, CONDITIONS, LOOKUPS, ITEMS, OPERATORS, SKIPPED, NUMBERS_AND_SUFFIXES])

# ---- with a message (-bem), whose text is tainted ----

MAIL = (b"To: me@test.ex, \"Q, x\" <you@test.ex>\nCc: c1@x.ex\nCc: c2@x.ex\nSubject: =?utf-8?Q?H=C3=A9llo?= world\nX-Multi: one\nX-Multi: two:2\n"
        b"X-Fold: a\n\tb\nX-T: rf\nReply-To: rt@x.ex\n\nBody line 1\nBody line 2\n")
MESSAGE_LINES = Lines("message", config=CONFIG, setup=(*FILES, File("etc/mail", MAIL)), args="-bem @ETC@/mail", lines=(
    "$h_subject:", "$rh_subject:", "$bh_subject:", "$lh_subject:", "$h_cc:", "$rh_cc:", "$lh_cc:", "$h_x-multi:", "$lh_x-multi:", "$h_x-fold:", "$h_nosuch:", "$h_X-T: x", "$header_x-t:", "$h_x_t:",
    "$message_headers", "$message_headers_raw", "$message_body", "$message_body_end", "$message_body_size", "$body_linecount", "$body_zerocount", "$message_size", "$message_linecount", "${listextract{1}{$h_to:}}", "${addresses:$h_to:}", "${if def:h_cc:{y}{n}}", "${if def:h_nosuch:{y}{n}}",
    "${readfile{@ETC@/${lookup{alice}lsearch{@ETC@/ls}{rf2}}}}", ("${readfile{@ETC@/$h_x-t:}}", "D-expand-group"), "${expand:$h_reply-to:}", "${lookup{$h_x-t:}lsearch{@ETC@/ls}{y}{n}}", "${if exists{@ETC@/$h_x-t:}{yes}{no}}",
    "${readfile{@ETC@/${if match_local_part{$h_x-t:}{rf}{$value}}}}", "${readfile{@ETC@/${if eq{$h_x-t:}{rf}{rf}}}}", ("${readfile{@ETC@/${if match{$h_x-t:}{^(.*)\\$}{$1}}}}", "D-expand-group"), ("${readfile{@ETC@/${lc:$h_x-t:}}}", "D-expand-group"), "${readfile{@ETC@/${if inlist{$h_x-t:}{a:rf}{$value}}}}",
    "${sg{$h_x-t:}{r}{q}}", "${extract{1}{,}{$h_to:}}", "${lc:$h_subject:}",
))
test_message_lines = compat_lines([MESSAGE_LINES])

# ---- what an expansion writes elsewhere, and arguments ----

# $message_size and its relatives are those of the file, without the header lines that -bem adds, as Exim counts them.
COUNTS = "$message_size $message_linecount $message_body_size $body_linecount $body_zerocount [${escape:$message_body}] ${listextract{1}{$h_x:}}\n"


def counted(name: str, text: str, args: str = "-bem @ETC@/mail") -> Case:
    return Case("bem-" + name, CONFIG, (File("etc/mail", text),), (Call(args, COUNTS),))


CASES = [
    counted("plain", "X: a\n\nbody\n"), counted("no-body", "X: a\n"), counted("no-newline", "X: a\nY: b"), counted("no-newline-in-body", "X: a\n\nb\nc"),
    counted("blank-lines-in-body", "X: a\n\n\n\nb\n\n"), counted("only-a-blank-line", "X: a\n\n\n"), counted("crlf", "X: a\r\n\r\nb\r\n\r\n.\r\nc\r\n"),
    counted("cr", "X: a\n\na\r\rb\n"), counted("nul", "X: a\n\na\0b\n\0\n"), counted("folded", "X: a\n  b\n\nb\n"),
    counted("not-a-header", "X: a\nbody at once\nb: c\n"), counted("dot", "X: a\n\nb\n.\nc\n"), counted("dot-kept", "X: a\n\nb\n.\nc\n", "-i -bem @ETC@/mail"),
    counted("dot-first", "X: a\n\n.\nc\n"), counted("dot-last", "X: a\n\nb\n."), counted("dot-alone", "X: a\n\n."), counted("dot-in-headers", "X: a\n.\nc\n"),
    counted("dots", "X: a\n\n.x\n..\n"), counted("no-headers", "body\nmore\n"), counted("blank-line-first", "\nX: a\n\nb\n"), counted("empty", ""),
    Case("be-counts", CONFIG, calls=(Call("-be", COUNTS),)),
    Case("taint-on-stderr", CONFIG, (*FILES, File("etc/mail", MAIL)),
         (Call("-bem @ETC@/mail", "${readfile{@ETC@/$h_x-t:}}\n${expand:$h_reply-to:}\n"),), difference="D-expand-group", differs_in=("stdout",)),
    Case("unknown-list-on-stderr", CONFIG, calls=(Call("-be", "${if match_domain{x}{+nosuch}{y}{n}}\n"),)),
    Case("arguments", CONFIG, calls=(Call(("-be", "${lc:ABC}", "x y", "$nosuch")), Call(("-be", "${lc:ABC}")), Call(("-be", "$nosuch")))),
    Case("arguments-macro", CONFIG, calls=(Call(("-DAA=aval", "-be", "AA $1")),)),
    Case("continued-line", CONFIG, calls=(Call("-be", "a\\\n   b\n${lc:A\\\nB}\n"),)),
    Case("no-final-newline", CONFIG, calls=(Call("-be", "${lc:ABC}"),)),
    Case("empty-input", CONFIG, calls=(Call("-be", ""),)),
    Case("message-file-missing", CONFIG, calls=(Call("-bem /nope"),)),
]
test_cases = compat(CASES)
