"""The mailagent.toml that `mailagent init` writes: every setting, and what happens without it."""

from __future__ import annotations

SAMPLE_KEY = "change-me-to-32-random-bytes-or-more"
"""The key of the docs: accepted only while nothing but this machine can reach us."""

_MEGABYTE = 1024 * 1024


def sample(key: str) -> str:
    """The mailagent.toml that `mailagent init` writes, with this key: what must be filled in, and in comments
    what may be, with its default."""
    return SAMPLE.replace(SAMPLE_KEY, key)


SAMPLE = f"""\
# mailagent.toml: the settings of one installation. Lines that begin with # show what happens without them.
# Every setting may also be given as a variable: MAILAGENT_RELAY__PASSWORD sets password under [relay].
# `mailagent check` reads this file and names every mistake in it.

[organisation]
name = "Gemeente Voorbeeld"
address = "klachten@voorbeeld.example"   # where klachten come in, and what our mails come from
web = "http://127.0.0.1:8080"            # where a melder reaches our pages
# coordinator = ""                       # gets the tasks of a team without members
# manager = ""                           # hears of klachten that are far too late
# kenmerk_prefix = "KL"                  # as in KL26-00042
# ombudsman = "de Nationale ombudsman"

[database]
url = "sqlite:///var/mailagent.db"       # or postgresql://user:password@host/name

[smtp]
listen = "127.0.0.1:8025"                # mail comes in here
# max_bytes = {50 * _MEGABYTE}                 # a larger mail is refused, with the way that does work
# networks = []                          # e.g. ["10.0.0.0/8"]: only these may hand us mail; empty: everyone
# tls_cert = ""                          # with a certificate and its key, both in PEM, we offer STARTTLS
# tls_key = ""

# [lmtp]                                 # a second door, for our own mail server; without it there is none
# listen = "127.0.0.1:8024"

[relay]
host = "127.0.0.1"                       # our mails leave through this server
port = 1025
# username = ""
# password = ""
# tls = "none"                           # or "starttls", or "smtps" (port 465): the certificate is checked

# [dkim]                                 # sign what leaves; without it nothing is signed
# domain = "voorbeeld.example"
# selector = "klachten"                  # its TXT record is klachten._domainkey.voorbeeld.example
# key = "dkim.pem"                       # `openssl genrsa -out dkim.pem 2048`

[web]
listen = "127.0.0.1:8080"
# trusted_proxies = []                   # e.g. ["10.0.0.0/8"]: only these may say X-Forwarded-For

[security]
keys = ["{SAMPLE_KEY}"]   # the first one signs; keep older ones behind it

# [agents]
# proof = "strict"                       # or "token": the address and the reply token are proof enough
# authserv_id = ""                       # the name our own mail server puts in Authentication-Results

# [intake]
# own_hosts = []                         # our mail servers, as they name themselves in Received
# behind_own_mx = []                     # mailboxes (by name) and networks that only our own servers feed
# forms = []                             # addresses of form robots, whose Reply-To is the melder
# max_bytes = {25 * _MEGABYTE}                 # a larger mail is kept, but a human must look

# [letters]
# folder = ""                            # what the post room scans and drops here comes in as letters
# address = ""                           # and so does what a scanner mails to this address

# [caps]                                 # automatic mails to one address, or about one klacht
# windows = {{ 10 = 10, 30 = 15, 60 = 25 }}  # minutes = how many; the rest waits

# [retention]
# arrivals_days = 90                     # then mail that became nothing is destroyed

# [feedback]
# smileys = true                         # a mail about the handling asks how satisfied the melder is
# link_days = 5                          # how long a smiley works
# by_reply = true                        # the word tevreden or ontevreden in a reply counts as a smiley
# unhappy_reopens = true                 # an unhappy answer may ask to open the klacht again
# mail_after_unhappy = false             # answer an unhappy melder by mail, with new smileys
# satisfied_ends_contact = false
# mail_in_behandeling = true
# mail_aanvulling = true
# mail_feedback_received = true
# photos = true                          # the smiley page asks an unhappy melder for photos
# many_answers = true                    # false: one standard answer only
# ask_contact = true                     # the page offers "no contact any more"
# melder_counts = true                   # an agent reads how many klachten the melder brought, and their end
# mail_kto_uitnodiging = true            # send the surveys that are active
# mail_kto_herinnering = true            # remind once who did not answer a survey or the smileys
# reminder_days = 2                      # so many days before the link dies
# cooldown_days = 30                     # ask one address no more often than this
# mail_opvolgtaak = true                 # a low score in a survey is a task for the behandelaar

# [printing]                             # letters on paper; without it a human writes them
# return_address = "Postbus 1, 1234 AB Voorbeeld"   # one line, above the address in the window
# printer = ""                           # the agent who gets the letters to print; empty: the coordinator

# [messages]                             # messages by webhook (WhatsApp, a chatbot); without it: none
# secret = "at-least-16-characters"      # signs every body, theirs and ours
# verify_token = "..."                   # what the gateway says when it is set up
# url = ""                               # our answers go there; empty: none leave
# token = ""                             # with these as Bearer

# [paths]
# local = ""                             # your own folder with rules/, templates/ and web/

# [metrics]                              # figures for Prometheus, on /metrics; without it there are none
# listen = "127.0.0.1:9464"

# [[imap]]                               # a mailbox to fetch from; repeat for more
# name = "klachten"
# host = "imap.voorbeeld.example"
# port = 993
# username = "klachten"
# password = "..."
# mailbox = "INBOX"
# tls = true
# every_seconds = 60
# move_to = ""                           # where a mail goes once it is kept
# scanner = false                        # true: a scanner fills it, and each file in a mail is a letter
# alarm_minutes = 30                     # silent for so long: the coordinator gets a mail
# auth = "password"                      # or "oauth", with these keys instead of the password
# token_url = ""                         # where tokens come from
# client_id = ""
# client_secret = ""
# refresh_token = ""                     # empty: the client's own credentials count
# scope = ""
"""
