"""Prepares the mock for the two clients, and afterwards says whether it lost anything.

    mock.py prepare
    mock.py check WHAT_ONE_CLIENT_PRINTED WHAT_THE_OTHER_PRINTED
"""

import json
import os
import sys
import urllib.request

BASE_URL = os.environ["WECHAT_BASE_URL"] + "/_mock/"
# As many as one wants: the limits are not what is tried here.
SETTINGS = {
    "progress": "immediate",
    "mass_calls_per_day": 4000000000,
    "mass_calls_per_minute": 4000000000,
    "messages_per_follower_and_month": 4000000000,
    "stable_tokens_per_day": 4000000000,
    "stable_tokens_per_minute": 4000000000,
}
EFFECTS = [
    "refused",
    "reset",
    "answer_lost",
    "garbled",
    "stale_node",
    {"errcode": {"code": -1}},
    {"errcode": {"code": -1, "after_effect": True}},
    {"html": {"status": 502}},
    {"html": {"status": 200, "after_effect": True}},
    {"cut": {"bytes": 7}},
    {"delayed": {"seconds": 0.01}},
    {"errcode": {"code": 40001}},
]


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE_URL + path, data, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def prepare():
    control("PATCH", "settings", SETTINGS)
    for seed, effect in enumerate(EFFECTS):
        control("POST", "faults", {"effect": effect, "probability": 0.02, "seed": seed})


def check(files):
    control("DELETE", "faults")
    told, repeats = {}, 0
    for name in files:
        with open(name, encoding="utf-8") as file:
            said = json.load(file)
        told.update(said["jobs"])
        repeats += said["repeats"]
    kept = {job["clientmsgid"]: job["msg_id"] for job in control("GET", "jobs")["jobs"]}
    lost = {key: job for key, job in told.items() if kept.get(key) != job}
    # A send whose answer was still to come when the time was over.
    unknown = set(kept) - set(told)
    inbox = control("GET", "followers")["followers"][0]
    inbox = control("GET", "followers/" + inbox)["inbox"]
    print(f"{len(kept)} jobs by two clients, {repeats} calls repeated, {len(lost)} lost")
    if lost or unknown or not repeats or len(told) < 2:
        raise SystemExit(f"lost: {lost}; nobody's: {unknown}; repeated: {repeats}")
    if sorted(inbox) != sorted(kept.values()):
        raise SystemExit(f"{len(inbox)} messages arrived of {len(kept)}")


if sys.argv[1] == "prepare":
    prepare()
else:
    check(sys.argv[2:])
