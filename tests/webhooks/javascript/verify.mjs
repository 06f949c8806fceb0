// Verifies requests with the libraries that receivers on Node use. A line of JSON in, {"secret", "headers",
// "body", "now"}, is a line of JSON out: whether each library accepts it at `now`, in seconds.

import { createInterface } from "node:readline";
import * as standardwebhooks from "standardwebhooks";
import * as svix from "svix";

const { now } = Date;

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  Date.now = () => request.now * 1000;
  const verdicts = {};
  for (const [name, library] of Object.entries({ standardwebhooks, svix })) {
    try {
      new library.Webhook(request.secret).verify(request.body, request.headers);
      verdicts[name] = true;
    } catch (fault) {
      if (!(fault instanceof library.WebhookVerificationError)) throw fault;
      verdicts[name] = false;
    }
  }
  Date.now = now;
  console.log(JSON.stringify(verdicts));
}
