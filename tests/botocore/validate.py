#!/usr/bin/env python3
"""Validates the body of every recorded request against AWS's published service model, as botocore has it.

Usage: validate.py FOLDER, where the simulator's recordings lie (BEDROCK_SIMULATOR_RECORDINGS).

botocore itself checks kinds, required members and least lengths; greatest lengths, patterns and unknown members, which
it leaves to the service, are checked here. Requests that are not the plugin's, such as those of the simulator's own tests,
are left alone.
"""

import base64
import binascii
import json
import pathlib
import re
import sys

import botocore.loaders
from botocore.model import ServiceModel
from botocore.validate import ParamValidator


# How the plugin's requests call themselves: those of the AWS SDK, and those of the tests of its conversions.
OURS = ("aws-sdk-rust", "amazon-bedrock-core")


def service_model(name):
    loader = botocore.loaders.create_loader()
    return ServiceModel(loader.load_service_model(name, "service-2"), name)


class Reader:
    """JSON as it stands on the wire -> parameters as botocore takes them, and what is wrong with it."""

    def __init__(self):
        self.violations = []

    def wrong(self, path, what):
        self.violations.append(f"{path or 'body'}: {what}")

    def read(self, shape, value, path=""):
        kind = shape.type_name
        if kind == "structure":
            return value if shape.is_document_type else self.structure(shape, value, path)
        if kind == "list" and isinstance(value, list):
            self.length(shape, len(value), path)
            return [self.read(shape.member, item, f"{path}[{n}]") for n, item in enumerate(value)]
        if kind == "map" and isinstance(value, dict):
            self.length(shape, len(value), path)
            return {self.read(shape.key, key, f"{path} key"): self.read(shape.value, item, f"{path}.{key}") for key, item in value.items()}
        if kind == "string" and isinstance(value, str):
            self.length(shape, len(value), path)
            pattern = shape.metadata.get("pattern")
            if pattern and not re.search(f"^(?:{pattern})$", value, re.DOTALL):
                self.wrong(path, f"{value!r} does not match {pattern}")
            return value
        if kind == "blob":
            return self.blob(shape, value, path)
        if kind in ("integer", "long") and isinstance(value, int):
            most = shape.metadata.get("max")
            if most is not None and value > most:
                self.wrong(path, f"{value} is more than {most}")
        return value

    def structure(self, shape, value, path):
        if not isinstance(value, dict):
            return value
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        read = {}
        for key, item in value.items():
            if key not in names:
                self.wrong(path, f"unknown member {key}")
                continue
            read[names[key]] = self.read(shape.members[names[key]], item, f"{path}.{key}".lstrip("."))
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            self.wrong(path, f"a union has one member, not {sorted(value)}")
        return read

    def blob(self, shape, value, path):
        try:
            data = base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError):
            self.wrong(path, "no base64")
            return b""
        self.length(shape, len(data), path)
        return data

    def length(self, shape, length, path):
        most = shape.metadata.get("max")
        if most is not None and length > most:
            self.wrong(path, f"length {length} is more than {most}")


def violations(operation, body):
    reader = Reader()
    shape = operation.input_shape
    parameters = reader.read(shape, body or {})
    for name, member in shape.members.items():
        if member.serialization.get("location") == "uri":
            parameters[name] = "m"
    report = ParamValidator().validate(parameters, shape)
    return reader.violations + [line for line in report.generate_report().splitlines() if line]


def main():
    folder = pathlib.Path(sys.argv[1])
    runtime = service_model("bedrock-runtime")
    checked = {}
    wrong = 0
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.open():
            request = json.loads(line)
            name = request["operation"]
            agent = request["headers"].get("user-agent", "")
            if name not in runtime.operation_names or not any(own in agent for own in OURS):
                continue
            found = violations(runtime.operation_model(name), request["body"])
            checked[name] = checked.get(name, 0) + 1
            if found:
                wrong += 1
                print(f"{file.name} #{request['index']} {name} {request['modelId']}: {'; '.join(found[:3])}", file=sys.stderr)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(checked.items()))
    print(f"botocore: {counts or 'no request'} checked, {wrong} wrong")
    sys.exit(1 if wrong or not checked else 0)


main()
