"""Drives wechat-mock with wechatpy, unchanged, and says for each step whether it went as it should.

`cargo xtask peers` installs wechatpy and the mock, and runs this file with their addresses in the
environment. Each step judges twice: by what the SDK hands back, and by what the mock received.

Printed is a line `sdk NAME VERSION`, then a line a step: `ok` or `failed`, the step's name, a note,
with tabs between them. xtask knows the names of all steps, so that none gets lost.
"""

import importlib.metadata
import io
import json
import os
import re
import urllib.request

from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

BASE_URL = os.environ["WECHAT_BASE_URL"]
APP_ID = os.environ["WECHAT_APP_ID"]
APP_SECRET = os.environ["WECHAT_APP_SECRET"]

# From the repository's root, where xtask starts this.
PNG = "examples/spring-sale/pictures/price-list.png"
JPG = "examples/spring-sale/cover.jpg"
# The head by which a file is known as MP4, and nothing behind it.
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"


class Client(WeChatClient):
    """wechatpy with another server: its two places for that, both to be overridden in a subclass.

    The address of the token stands as a literal in `fetch_access_token`; that a subclass brings
    its own is what wechatpy does itself in `WeChatComponentClient`.
    """

    API_BASE_URL = BASE_URL + "/cgi-bin/"

    def fetch_access_token(self):
        return self._fetch_access_token(
            url=self.API_BASE_URL + "token",
            params={"grant_type": "client_credential", "appid": self.appid, "secret": self.secret},
        )


class Mock:
    """The mock's own view, from its control routes; nothing of wechatpy."""

    def __init__(self):
        # No proxy of this machine.
        self.http = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def control(self, path, data=None):
        with self.http.open(BASE_URL + "/_mock" + path, data, timeout=10) as answer:
            return json.load(answer)

    def received(self):
        """The requests so far, without numbers and remarks: `GET /cgi-bin/... -> 200`."""
        lines = [request["line"] for request in self.control("/received")["received"]]
        return [re.split(r" \((?:broke|odd:) ", line)[0].split(" ", 1)[1] for line in lines]

    def since(self, before):
        """The requests behind the first `before`: method, path and end of each."""
        lines = self.received()[before:]
        return [line.split("?")[0] + line[line.rindex(" -> "):] for line in lines]

    def inbox(self, openid):
        return self.control("/inbox?openid=" + openid)["inbox"]

    def advance(self, seconds):
        self.control("/advance?seconds=%d" % seconds, b"")


def equal(got, wanted, what):
    if got != wanted:
        raise AssertionError("%s: %r instead of %r" % (what, got, wanted))


def refused(code, call):
    """The SDK must raise its error with this code."""
    try:
        answer = call()
    except WeChatClientException as error:
        equal(error.errcode, code, "errcode")
        return error
    raise AssertionError("no error, but %r" % (answer,))


class Drive:
    """All steps in their order; later ones use what earlier ones made."""

    def __init__(self):
        self.mock = Mock()
        self.client = Client(APP_ID, APP_SECRET, timeout=10)

    def token(self):
        fetched = self.client.access_token
        equal(self.client.access_token, fetched, "second look")
        equal(self.mock.since(0), ["GET /cgi-bin/token -> 200"], "received")

    def followers(self):
        self.openids = list(self.client.user.iter_followers())
        equal(len(set(self.openids)), int(os.environ["WECHAT_FOLLOWERS"]), "followers")

    def tags(self):
        tag = self.client.tag.create("春茶")["id"]
        names = {known["id"]: known["name"] for known in self.client.tag.get()}
        equal(names.get(tag), "春茶", "tags/get")
        self.tagged = self.openids[:3]
        self.client.tag.tag_user(tag, self.tagged)
        equal(sorted(self.client.tag.iter_tag_users(tag)), sorted(self.tagged), "user/tag/get")
        equal(self.client.tag.get_user_tag(self.tagged[0]), [tag], "tags/getidlist")
        self.tag = tag

    def picture_for_an_article(self):
        with open(PNG, "rb") as picture:
            self.url = self.client.media.upload_image(("价目表.png", picture))
        equal(self.url.split("/")[0] in ("http:", "https:"), True, "an address: %s" % self.url)

    def temporary_media(self):
        with open(JPG, "rb") as picture:
            answer = self.client.media.upload("image", ("封面.jpg", picture))
        equal(answer["type"], "image", "type")
        equal(type(answer["created_at"]), int, "created_at")
        self.image = answer["media_id"]
        with open(JPG, "rb") as picture:
            equal(self.client.media.download(self.image).content, picture.read(), "downloaded bytes")

    def permanent_material(self):
        with open(JPG, "rb") as picture:
            answer = self.client.material.add("image", picture)
        self.cover = answer["media_id"]
        equal(self.client.material.get_count()["image_count"], 1, "image_count")

    def video_for_sending(self):
        film = ("新茶.mp4", io.BytesIO(FILM))
        media_id = self.client.media.upload("video", film)["media_id"]
        answer = self.client.media.upload_video(media_id, "新茶", "采茶")
        equal(answer["type"], "video", "type")
        self.client.message.send_mass_video(self.openids[0], answer["media_id"], preview=True)

    def draft(self):
        article = {
            "title": "春茶上新",
            "content": '<p>新茶到店</p><img src="%s"/>' % self.url,
            "thumb_media_id": self.cover,
        }
        answer = self.client.post("draft/add", data={"articles": [article]})
        self.article = answer["media_id"]
        return "no function of its own: its post()"

    def preview(self):
        before = len(self.mock.received())
        fan = self.openids[0]
        self.client.message.send_mass_text(fan, "预览", preview=True)
        self.client.message.send_mass_article(fan, self.article, preview=True)
        wanted = ["POST /cgi-bin/message/mass/preview -> 200"] * 2
        equal(self.mock.since(before), wanted, "received")

    def send_to_a_tag(self):
        answer = self.client.message.send_mass_article(
            self.tag, self.article, client_msg_id="peer-article"
        )
        equal(type(answer["msg_id"]), int, "msg_id")
        equal(type(answer["msg_data_id"]), int, "msg_data_id")
        self.job = answer["msg_id"]

    def status_until_done(self):
        status = self.client.message.get_mass(self.job)["msg_status"]
        equal(status, "SENDING", "at once")
        equal(self.mock.inbox(self.tagged[0]), [], "inbox before")
        self.mock.advance(60)
        status = self.client.message.get_mass(self.job)["msg_status"]
        equal(status, "SEND_SUCCESS", "after a minute")
        for fan in self.openids:
            wanted = [self.job] if fan in self.tagged else []
            equal(self.mock.inbox(fan), wanted, "inbox of " + fan)

    def send_to_openids(self):
        fans = self.openids[5:7]
        answer = self.client.message.send_mass_image(fans, self.image)
        self.mock.advance(60)
        equal("msg_data_id" in answer, False, "msg_data_id of a picture")
        for fan in self.openids:
            got = answer["msg_id"] in self.mock.inbox(fan)
            equal(got, fan in fans, "inbox of " + fan)

    def delete(self):
        self.client.message.delete_mass(self.job)
        status = self.client.message.get_mass(self.job)["msg_status"]
        equal(status, "DELETE", "msg_status")

    def invalid_media_id_40007(self):
        before = [self.mock.inbox(fan) for fan in self.openids]
        refused(40007, lambda: self.client.message.send_mass_image(self.tag, "nobody-uploaded-this"))
        self.mock.advance(60)
        equal([self.mock.inbox(fan) for fan in self.openids], before, "inboxes")

    def repeated_key_45065(self):
        def send():
            return self.client.message.send_mass_text(fans, "只发一次", client_msg_id="peer-once")

        fans = self.openids[7:9]
        first = send()["msg_id"]
        error = refused(45065, send)
        equal(error.response.json()["msg_id"], first, "msg_id in the error's response")
        self.mock.advance(60)
        equal([self.mock.inbox(fan) for fan in fans], [[first], [first]], "inboxes")
        return "msg_id only in the exception's raw response"

    def bad_token_healed(self):
        client = Client(APP_ID, APP_SECRET, access_token="replaced-by-somebody-else", timeout=10)
        before = len(self.mock.received())
        client.message.send_mass_text(self.openids[0], "预览", preview=True)
        client.user.get_followers()
        wanted = [
            "POST /cgi-bin/message/mass/preview -> 200 errcode 40001",
            "GET /cgi-bin/token -> 200",
            "POST /cgi-bin/message/mass/preview -> 200",
            "GET /cgi-bin/user/get -> 200",
        ]
        equal(self.mock.since(before), wanted, "received")


STEPS = [
    ("token", Drive.token),
    ("followers", Drive.followers),
    ("tags", Drive.tags),
    ("picture for an article", Drive.picture_for_an_article),
    ("temporary media", Drive.temporary_media),
    ("permanent material", Drive.permanent_material),
    ("video for sending", Drive.video_for_sending),
    ("draft", Drive.draft),
    ("preview", Drive.preview),
    ("send to a tag", Drive.send_to_a_tag),
    ("status until done", Drive.status_until_done),
    ("send to OpenIDs", Drive.send_to_openids),
    ("delete", Drive.delete),
    ("invalid media_id: 40007", Drive.invalid_media_id_40007),
    ("repeated key: 45065", Drive.repeated_key_45065),
    ("bad token healed", Drive.bad_token_healed),
]


def say(*words):
    print("\t".join(" ".join(str(word).split()) for word in words), flush=True)


def main():
    say("sdk", "wechatpy", importlib.metadata.version("wechatpy"))
    drive = Drive()
    for name, step in STEPS:
        try:
            say("ok", name, step(drive) or "")
        except Exception as error:
            # Whatever it is, it belongs to this step; the next ones may still tell something.
            say("failed", name, "%s: %s" % (type(error).__name__, error))


main()
