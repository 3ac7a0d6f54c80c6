"""What boto3's converse_stream makes of one request.

Reads a request as `bedrock-gateway chat --request` takes it on stdin; endpoint and credentials come
from the environment. Prints each event as a line of JSON, bytes as base64, and at the end, if it
failed, {"error": {"message", "code", "httpStatus", "requestId"}}.
"""

import base64
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

# Members that are bytes, and members that hold a JSON document of the caller's.
BLOBS = {"bytes", "redactedContent"}
DOCUMENTS = {"input", "json", "additionalModelRequestFields"}


def with_bytes(value, name=None):
    """The request with its base64 decoded, as boto3 takes it."""
    if name in DOCUMENTS:
        return value
    if name in BLOBS and isinstance(value, str):
        return base64.b64decode(value, validate=True)
    if isinstance(value, dict):
        return {key: with_bytes(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [with_bytes(item) for item in value]
    return value


def printable(value):
    """Bytes have no JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"no JSON for {value!r}")


def say(value):
    print(json.dumps(value, default=printable))


def main():
    request = with_bytes(json.load(sys.stdin))
    config = Config(retries={"total_max_attempts": 1})
    client = boto3.client("bedrock-runtime", config=config)
    try:
        for event in client.converse_stream(**request)["stream"]:
            say(event)
    except (EventStreamError, ClientError) as failure:
        said = failure.response["Error"]
        metadata = failure.response.get("ResponseMetadata", {})
        error = {
            "message": said["Message"],
            "code": said["Code"],
            "httpStatus": metadata.get("HTTPStatusCode"),
            "requestId": metadata.get("RequestId"),
        }
        say({"error": error})


main()
