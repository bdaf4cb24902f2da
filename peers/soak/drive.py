"""Sends until the time is over, through every fault, and prints which key became which job."""

import http.client
import json
import os
import time
import urllib.error
import urllib.request

BASE_URL = os.environ["WECHAT_BASE_URL"]
CREDENTIALS = {
    "grant_type": "client_credential",
    "appid": os.environ["WECHAT_APP_ID"],
    "secret": os.environ["WECHAT_APP_SECRET"],
}
# Tried again: nobody knows, system error, a token that is not taken, too often.
AGAIN = {None, -1, 40001, 42001, 45011}


def post(path, body):
    """The answer; None when there is none that can be read."""
    data = json.dumps(body, ensure_ascii=False).encode()
    try:
        with urllib.request.urlopen(BASE_URL + path, data, timeout=10) as answer:
            return json.load(answer)
    except (OSError, ValueError, http.client.HTTPException, urllib.error.URLError):
        return None


def token():
    while True:
        answer = post("/cgi-bin/stable_token", CREDENTIALS)
        if answer and "access_token" in answer:
            return answer["access_token"]


def main():
    end = time.monotonic() + float(os.environ["SOAK_SECONDS"])
    with urllib.request.urlopen(BASE_URL + "/_mock/followers", timeout=10) as answer:
        openids = json.load(answer)["followers"]
    jobs, repeats, access = {}, 0, token()
    while time.monotonic() < end:
        key = f"python-{len(jobs)}"
        body = {"touser": openids, "msgtype": "text", "text": {"content": key}, "clientmsgid": key}
        while True:
            answer = post("/cgi-bin/message/mass/send?access_token=" + access, body)
            code = answer.get("errcode", 0) if answer else None
            if code in (0, 45065):
                jobs[key] = answer["msg_id"]
                break
            if code not in AGAIN:
                raise SystemExit(f"{key}: {answer}")
            repeats += 1
            access = token()
    print(json.dumps({"jobs": jobs, "repeats": repeats}))


main()
