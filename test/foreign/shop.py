"""Tasks of Celery, as a team writes them: its worker and its command line are unchanged."""

import json
import os
import select
import ssl
import sys
import time

import redis
from celery import Celery

celery = Celery("shop", broker=os.environ["REDIS_URL"])
celery.conf.update(
    broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_ca_certs": os.environ["SSL_CERT_FILE"]},
    task_ignore_result=True,
    # A worker holds no more than it works on, as Celery's own guide advises for tasks that take long.
    worker_prefetch_multiplier=1,
    task_routes={"shop.post": {"queue": "mail"}},
)
notes = redis.Redis.from_url(os.environ["REDIS_URL"])


def note(what, number, began):
    line = {"number": number, "track": os.environ["TRACK"], "version": os.environ["VERSION"], "began": began}
    notes.rpush(what, json.dumps({**line, "ended": time.time()}))


@celery.task
def work(number, seconds):
    began = time.time()
    time.sleep(seconds)
    note("worked", number, began)


@celery.task
def post(number):
    note("posted", number, time.time())


@celery.task
def clean(number):
    note("cleaned", number, time.time())


def send(every):
    """Enqueues tasks, one after the other, until its standard input ends; prints how many."""
    number = 0
    while not select.select([sys.stdin], [], [], every)[0]:
        work.delay(number, 0.4)
        post.delay(number)
        number += 1
    print(number)
