"""Checks templates in their long form with AWS's own cloudformation-validate, which has no command of its own.

A `Code` that names a local file is what `aws cloudformation package` replaces: it is checked as replaced.
"""

import sys

import yaml
from cloudformation_validate import CompositeEngine, Severity, TemplateContent

# Warnings that are none here.
MEANT = {
    "W1001": "the output asks for ChatApi under the condition that ChatApi has",
    "W1030": "ApiId is empty by default, and not used in a SourceArn then",
    "W9002": "ARNs are put together of pseudo parameters and references",
    "W9003": "parameters are text: '5' for 5 is CloudFormation's own conversion",
    "W9052": "too many combinations of parameters for it; the resolved forms have none",
}


class Loader(yaml.SafeLoader):
    """YAML with dates as text, as CloudFormation reads `2012-10-17`."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def check(path):
    """Prints what is wrong with the template and returns how much that is."""
    with open(path, encoding="utf-8") as file:
        template = yaml.load(file, Loader)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Function" and isinstance(properties.get("Code"), str):
            properties["Code"] = {"S3Bucket": "bucket", "S3Key": "key"}
    report = CompositeEngine().validate_template(TemplateContent(yaml.safe_dump(template), name=path))
    found = [one for one in report.diagnostics if one.severity.value >= Severity.WARN.value]
    found = [one for one in found if one.rule_id not in MEANT]
    for one in found:
        print(f"{path}: {one.rule_id} {one.property_path}: {one.message}")
    return len(found)


if __name__ == "__main__":
    sys.exit(1 if sum([check(path) for path in sys.argv[1:]]) else 0)
