/**
 * A process that a function lives in, as its bundle finds it in AWS: it imports the bundle and hands it one batch
 * after the other. Plain JavaScript, so that nothing but Node itself is loaded before the bundle.
 */
let handler;

process.on('message', async (order) => {
  try {
    process.send({ answer: await ORDERS[order.kind](order) });
  } catch (error) {
    process.send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
process.on('disconnect', () => process.exit());

/** What a container can be told. */
const ORDERS = {
  load,
  run,
  /** Both without a pause between them: what loading has begun goes on at the first message's expense. */
  async start({ module, work }) {
    const loaded = await load({ module });
    return { loaded, ran: await run(work) };
  },
};

async function load({ module }) {
  const builtins = new Set(process.moduleLoadList);
  const spent = stopwatch();
  handler = (await import(module)).handler;
  return { ...spent(), builtins: process.moduleLoadList.filter((name) => !builtins.has(name)) };
}

/** Runs messages `from` to `to`, in batches, or visits of `path`. `%n` in a body stands for the number of the message. */
async function run({ body, path, from, to, batchSize }) {
  const spent = stopwatch();
  let failed = 0;
  for (let first = from; first < to; first += batchSize) {
    if (path === undefined) {
      const { batchItemFailures } = await handler(
        eventOf(body, first, Math.min(first + batchSize, to)),
        contextOf(first),
      );
      failed += batchItemFailures.length;
    } else {
      const { statusCode } = await handler(visitOf(path), contextOf(first));
      failed += statusCode === 302 ? 0 : 1;
    }
  }
  return { ...spent(), failed, memory: memory() };
}

/** Milliseconds since now, by the clock and of CPU. */
function stopwatch() {
  const before = process.cpuUsage();
  const start = performance.now();
  return () => {
    const milliseconds = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return { milliseconds, cpu: (user + system) / 1000 };
  };
}

function memory() {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed, peak: process.resourceUsage().maxRSS * 1024 };
}

function eventOf(body, from, to) {
  return { Records: Array.from({ length: to - from }, (_, index) => recordOf(body, from + index)) };
}

/** As a function URL hands it over. */
function visitOf(path) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { accept: 'text/html', 'accept-language': 'de' },
    requestContext: { domainName: 'links.example', http: { method: 'GET', path, protocol: 'HTTP/1.1' } },
    isBase64Encoded: false,
  };
}

function recordOf(body, number) {
  const now = String(Date.now());
  return {
    messageId: `3f2b7c1e-0000-4000-8000-${String(number).padStart(12, '0')}`,
    receiptHandle: `handle-${number}`,
    body: body.replaceAll('%n', String(number)),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: now,
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: now,
    },
    messageAttributes: {},
    md5OfBody: 'd41d8cd98f00b204e9800998ecf8427e',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:inbox',
    awsRegion: 'eu-central-1',
  };
}

function contextOf(number) {
  const deadline = Date.now() + 900_000;
  return {
    awsRequestId: `7d9b0c3e-0000-4000-8000-${String(number).padStart(12, '0')}`,
    functionName: 'bench',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:bench',
    memoryLimitInMB: '512',
    logGroupName: '/aws/lambda/bench',
    logStreamName: 'bench',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}
