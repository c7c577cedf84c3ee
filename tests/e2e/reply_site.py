# SPDX-License-Identifier: Apache-2.0
"""joe and ann are away: what they get is answered, and everything else, the answers too, ends in mail/out."""

ROUTERS = """answer:
  driver = accept
  local_parts = joe : ann
  domains = test.example
  transport = answer
rest:
  driver = accept
  transport = rest
"""
TRANSPORTS = """answer:
  driver = autoreply
  to = $sender_address
  from = $local_part@$domain
  subject = Re: $h_subject:
  text = gone fishing
  user = {user}
%s
rest:
  driver = appendfile
  file = {root}/mail/out
  user = {user}
"""
