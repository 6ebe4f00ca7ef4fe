"""Sends the feed's own example, a file of one line about a made-up child. Needs httpx (`pip install httpx`)."""

import os
import time
import uuid

import httpx

identity, families, feed = os.environ["IDENTITY"], os.environ["FAMILIES"], os.environ["FEED"]
first, last = os.environ["COVERS_FROM"], os.environ["COVERS_TO"]

# 1. A token. It lives for five minutes; ask for a new one when it has ended.
client = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
answer = httpx.post(f"{identity}/oauth/token", auth=client, data={"grant_type": "client_credentials"})
if answer.is_error:
    raise SystemExit(answer.text)
http = httpx.Client(base_url=families, headers={"Authorization": f"Bearer {answer.json()['access_token']}"})

# 2. The file.
file = http.get(f"/v1/feeds/{feed}").json()["example"]

# 3. Try it, then send it. The days are those of which the file says all that there is.
for dry_run in (True, False):
    push = http.post(
        f"/v1/feeds/{feed}/pushes",
        params={"covers_from": first, "covers_to": last, "area": "thornbury", "dry_run": dry_run},
        headers={"Content-Type": "text/csv", "Idempotency-Key": str(uuid.uuid4())},
        content=file,
    )
    if push.is_error:
        raise SystemExit(push.text)  # a problem: its `type` leads to a page that says how to mend it

    # 4. The report.
    while True:
        report = http.get(f"/v1/pushes/{push.json()['id']}").json()
        if report["status"] in ("finished", "paused"):
            break
        time.sleep(1)
    print(report)
    if report["counts"]["refused"]:
        raise SystemExit(f"why: {families}/v1/pushes/{report['id']}/lines")
