"""Makes calls of LLMs by urllib, as told by its argument; prints a line of JSON for each."""

import hashlib
import json
import os
import sys
import urllib.error
import urllib.request


def ask(call):
    url = os.environ[call["variable"]] + call["path"]
    body = bytes.fromhex(call["hex"]) if "hex" in call else None
    headers = {"content-type": "application/json", **call.get("headers", {})}
    request = urllib.request.Request(url, data=body, headers=headers, method=call.get("method"))
    try:
        response = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        response = error
    if call.get("leaves"):
        # Leaves in the middle of the answer.
        first = response.read(call["leaves"])
        response.close()
        return {"status": response.status, "bytes": len(first)}
    raw = response.read()
    return {
        "status": response.status,
        "headers": {name.lower(): value for name, value in response.getheaders()},
        "bytes": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
    }


told = json.load(open(sys.argv[1]))
for call in told["calls"]:
    try:
        print(json.dumps(ask(call)), flush=True)
    except OSError as error:
        print(json.dumps({"error": type(error).__name__}), flush=True)
sys.exit(told.get("exit", 0))
