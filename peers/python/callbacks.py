"""Builds callbacks with wechatpy, unchanged, for `wechat-cli callback read`, and reads our replies.

`cargo xtask peers` runs this with the program's path and the address of the example callback_server in
the environment. wechatpy is the platform here: it signs and encrypts; and as its own parser it says
what a message holds, so that both readings are compared.

What is printed is explained in drive.py beside this file.
"""

import hashlib
import importlib.metadata
import json
import os
import subprocess
import time
import urllib.parse
import urllib.request

import xmltodict
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import deserialize_reply
from wechatpy.utils import WeChatSigner, check_signature

SERVER = os.environ["WECHAT_CALLBACK_URL"]
PROGRAM = os.environ["WECHAT_CLI"]
APP_ID = os.environ["WECHAT_APP_ID"]
TOKEN = os.environ["WECHAT_CALLBACK_TOKEN"]
AES_KEY = os.environ["WECHAT_AES_KEY"]

# From the repository's root, where xtask starts this: the documented examples.
FIXTURES = "wechat-events/fixtures/"
NONCE = "987650055"


def example(name):
    with open(FIXTURES + name, encoding="utf-8") as file:
        return file.read()


def signed(nonce=NONCE, **more):
    """The query of a push, signed by wechatpy now."""
    timestamp = str(int(time.time()))
    signer = WeChatSigner()
    signer.add_data(TOKEN, timestamp, nonce)
    check_signature(TOKEN, signer.signature, timestamp, nonce)
    return {"signature": signer.signature, "timestamp": timestamp, "nonce": nonce, **more}


def encrypted(xml, app_id=APP_ID):
    """Query and body of a push in safe mode, encrypted by wechatpy."""
    query = signed(encrypt_type="aes")
    crypto = WeChatCrypto(TOKEN, AES_KEY, app_id)
    body = crypto.encrypt_message(xml, query["nonce"], query["timestamp"])
    query["msg_signature"] = xmltodict.parse(body)["xml"]["MsgSignature"]
    return query, body


def read(query, body, key=AES_KEY):
    """What our program says about a callback."""
    command = [PROGRAM, "callback", "read", "--query", urllib.parse.urlencode(query)]
    environment = {**os.environ, "WECHAT_AES_KEY": key}
    ended = subprocess.run(
        command, input=body.encode(), env=environment, stdout=subprocess.PIPE, timeout=60
    )
    said = json.loads(ended.stdout)
    equal(ended.returncode, 0 if said["outcome"] == "ok" else 1, "exit status")
    return said


def equal(got, wanted, what):
    if got != wanted:
        raise AssertionError("%s: %r instead of %r" % (what, got, wanted))


def call(query, body=None):
    """The server's answer. No proxy of this machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    url = SERVER + "?" + urllib.parse.urlencode(query)
    data = None if body is None else body.encode()
    request = urllib.request.Request(url, data, {"Content-Type": "text/xml"})
    with opener.open(request, timeout=10) as answer:
        return answer.read().decode()


def address_verified():
    query = signed(echostr="4375120948345356249")
    equal(call(query), query["echostr"], "answer")


def is_the_text(said, xml):
    message = parse_message(xml)
    equal((said["outcome"], said["kind"], said["name"]), ("ok", "message", "text"), "read")
    data = said["event"]["data"]
    equal(data["content"]["data"]["content"], message.content, "content")
    equal(data["msg_id"], message.id, "msg_id")
    equal(said["fields"]["FromUserName"], message.source, "sender")


def plain_text():
    xml = example("messages/text.xml")
    is_the_text(read(signed(), xml, key=""), xml)


def encrypted_text():
    xml = example("messages/text.xml")
    said = read(*encrypted(xml))
    equal(said["decrypted"], xml, "decrypted")
    is_the_text(said, xml)


def encrypted_event():
    xml = example("events/subscribe.xml")
    said = read(*encrypted(xml))
    equal((said["outcome"], said["kind"], said["name"]), ("ok", "event", "subscribe"), "read")
    equal(said["fields"]["FromUserName"], parse_message(xml).source, "sender")


def encrypted_job_report():
    xml = example("events/MASSSENDJOBFINISH.xml")
    said = read(*encrypted(xml))
    report, data = parse_message(xml), said["event"]["data"]
    equal((said["outcome"], said["name"]), ("ok", "MASSSENDJOBFINISH"), "read")
    got = [data[key] for key in ("msg_id", "status", "total", "after_filter", "sent", "failed")]
    wanted = [report.id, report.status, report.total_count, report.filter_count]
    equal(got, wanted + [report.sent_count, report.error_count], "report")


def every_length():
    """One byte after the other, so that each padding there is comes by."""
    wrapper = "<xml><FromUserName>o</FromUserName><ToUserName>g</ToUserName><CreateTime>1</CreateTime>"
    wrapper += "<MsgType>text</MsgType><MsgId>1</MsgId><Content>%s</Content></xml>"
    for length in range(33):
        said = read(*encrypted(wrapper % ("x" * length)))
        equal((said["outcome"], said["reason"]), ("ok", None), "%d letters" % length)


def forged():
    query, body = encrypted(example("messages/text.xml"))
    query["msg_signature"] = hashlib.sha1(b"guessed").hexdigest()
    said = read(query, body)
    equal((said["outcome"], said["detail"]), ("signature", "msg_signature"), "read")
    equal(said["decrypted"], None, "decrypted")


def another_account():
    said = read(*encrypted(example("messages/text.xml"), app_id="wxffffffffffffffff"))
    equal(said["outcome"], "appid", "outcome")


def encrypted_reply():
    xml = example("events/subscribe.xml")
    answer = call(*encrypted(xml))
    sealed = xmltodict.parse(answer)["xml"]
    equal(sorted(sealed), ["Encrypt", "MsgSignature", "Nonce", "TimeStamp"], "fields")
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    opened = crypto.decrypt_message(
        answer, sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"]
    )
    reply, push = deserialize_reply(opened), parse_message(xml)
    equal((reply.type, reply.content), ("text", "欢迎！"), "reply")
    equal((reply.target, reply.source), (push.source, push.target), "from and to")


STEPS = [
    ("address verified", address_verified),
    ("plain text", plain_text),
    ("encrypted text", encrypted_text),
    ("encrypted event", encrypted_event),
    ("encrypted job report", encrypted_job_report),
    ("every padding", every_length),
    ("forged signature refused", forged),
    ("other account refused", another_account),
    ("encrypted reply read", encrypted_reply),
]


def say(*words):
    print("\t".join(" ".join(str(word).split()) for word in words), flush=True)


def main():
    say("sdk", "wechatpy", importlib.metadata.version("wechatpy"))
    for name, step in STEPS:
        try:
            say("ok", name, step() or "")
        except Exception as error:
            # Whatever it is, it belongs to this step; the next ones may still tell something.
            say("failed", name, "%s: %s" % (type(error).__name__, error))


main()
