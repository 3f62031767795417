"""`enqueue`: a job is stored."""

from __future__ import annotations

import argparse
import os
import sys

from engine.cli.command import Commands, add_command, reach, read_span_s
from engine.cli.output import follow_job, print_json, print_line, say
from engine.codec import decode_json
from engine.config import Settings
from engine.loading import load_app
from engine.registry import find_queue


def add_to(commands: Commands) -> None:
    """The command `enqueue` is there."""
    enqueue = add_command(commands, "enqueue", _enqueue, "store a job")
    enqueue.add_argument("queue")
    enqueue.add_argument("payload", help="JSON; - reads it from standard input")
    enqueue.add_argument("--job", help="the job's name, if the queue has several")
    enqueue.add_argument("--id", help="a live job of this id is answered instead of a new one")
    enqueue.add_argument("--delay", default="0s", metavar="SPAN", help="it waits from then on: 90s, 30m, 24h, 7d")
    enqueue.add_argument(
        "--wait", action="store_true", help="show its progress until it has ended; exit 0 or 1 by that"
    )


def _enqueue(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    job = find_queue(app.queues, arguments.queue).find(arguments.job)
    delay_s = read_span_s("--delay", arguments.delay)
    payload = decode_json(sys.stdin.buffer.read() if arguments.payload == "-" else os.fsencode(arguments.payload))

    async def enqueue() -> int:
        async with app.connect(settings) as client:
            await client.ping()
            ticket = await client.enqueue(job, payload, job_id=arguments.id, delay_s=delay_s)
        if not ticket.same_payload:
            say(f"warning: {ticket.id} is live with another payload; yours was not stored")
        if not arguments.json:
            print_line(f"{'created' if ticket.created else 'exists already'}: {ticket.id} ({ticket.state})")
        if not arguments.wait:
            if arguments.json:
                print_json(ticket)
            return 0
        async with app.inspect(settings) as inspector:
            return await follow_job(inspector, arguments.queue, ticket.id, as_json=arguments.json)

    return reach(settings, enqueue())
