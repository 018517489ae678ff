"""The chat as the seed did it, for comparison: one Scan and one Converse for each request, clients at module level."""

import json
import os
from decimal import Decimal

import boto3

table = boto3.resource("dynamodb", region_name="us-east-1").Table(os.environ.get("DYNAMODB_TABLE", "cinedb"))
bedrock = boto3.client("bedrock-runtime", region_name="us-east-1")

MODEL = "us.anthropic.claude-3-5-haiku-20241022-v1:0"
HEADERS = {
    "Content-Type": "application/json",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Allow-Methods": "POST,OPTIONS",
}


def reply(status, body):
    return {"statusCode": status, "headers": HEADERS, "body": json.dumps(body)}


def plain(value):
    return float(value) if isinstance(value, Decimal) else str(value)


def lambda_handler(event, context):
    if event.get("httpMethod") == "OPTIONS":
        return reply(200, {})
    try:
        body = json.loads(event.get("body") or "{}")
        message = body.get("message")
        if not message:
            return reply(400, {"error": "Message is required"})
        movies = table.scan(Limit=50).get("Items", [])
        system = (
            "You are a helpful movie assistant. Recommend from this database first, and say so when you go beyond "
            "it.\n\nMovies in the database:\n" + json.dumps(movies, default=plain, indent=2)
        )
        messages = [
            {"role": turn["role"], "content": [{"text": turn["content"]}]} for turn in body.get("history", [])
        ]
        messages.append({"role": "user", "content": [{"text": message}]})
        response = bedrock.converse(
            modelId=MODEL,
            messages=messages,
            system=[{"text": system}],
            inferenceConfig={"maxTokens": 1000, "temperature": 0.7},
        )
        usage = response["usage"]
        return reply(
            200,
            {
                "message": response["output"]["message"]["content"][0]["text"],
                "usage": {"inputTokens": usage["inputTokens"], "outputTokens": usage["outputTokens"]},
            },
        )
    except Exception as error:
        print(f"Error: {error}")
        return reply(500, {"error": "Internal server error"})
