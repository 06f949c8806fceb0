"""Work that goes on after the answer: a durable queue, its worker, and work that comes up from time to time.

A room that has such work does three things.

1. Its ``service`` puts a job into the transaction of the change that needs it::

       await jobs.enqueue(uow, "report.build", {"customer_id": row.id}, unique_key=f"report:{row.id}")

   The job runs if and only if that transaction commits, and acts as the actor of the unit of work.

2. Its ``jobs.py`` holds the handlers and says so in two tuples::

       async def build_report(run: Run) -> None: ...

       KINDS = (Kind("report.build", build_report),)
       PERIODIC = (Periodic("report.prune", prune, every=timedelta(hours=1)),)

   A handler takes a :class:`~pivotal_server.jobs.running.Run`. It may be run again at any moment after a
   crash, so whatever it does must bear a repeat. One that works through much calls ``run.progress(uow, …)``
   in each transaction, which stores where to go on in the same commit and refuses it to a worker that has
   lost the job; and ``run.check()`` between them, which ends the run when the job is cancelled or the worker
   stops. To fail for good it raises :class:`~pivotal_server.jobs.kinds.JobFailed`; any other exception is
   tried again later, with growing pauses.

3. ``server_jobs.py`` lists the room's ``KINDS`` and ``PERIODIC``.

A periodic kind runs once for each time that is due, whatever the number of workers, in no workspace
(``run.org_id`` is empty) and with an empty payload.
"""
