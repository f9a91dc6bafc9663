// Reads and writes bodies of requests. One source for both engines.

// How many requests this instance has got.
let count = 0;

addEventListener('fetch', (event) => event.respondWith(answer(event.request)));

async function answer(request: Request): Promise<Response> {
  count += 1;
  const url = new URL(request.url);
  switch (url.pathname) {
    case '/count':
      return new Response(String(count));
    case '/echo':
      return new Response(request.body);
    case '/sum':
      return new Response(String(await sum(request.body)));
    case '/web/a':
      return web(url, request);
  }
  throw new Error('as asked');
}

async function sum(body: ReadableStream<Uint8Array> | null): Promise<number> {
  const reader = body?.getReader();
  let sum = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    for (let at = 0; at < value.length; at += 1) {
      sum += value[at]!;
    }
  }
  return sum;
}

/** A little of everything that both engines have. */
async function web(url: URL, request: Request): Promise<Response> {
  const body = (await request.json()) as { text: string };
  const copy = new URL('other?x=1#y', url);
  copy.searchParams.append('ü', 'a b&c');
  const headers = new Headers({ 'x-one': '1' });
  headers.append('X-One', '2');
  headers.append('set-cookie', 'a=1');
  headers.append('set-cookie', 'b=2');
  const bytes = new TextEncoder().encode(body.text);
  const inner = new Response(new URLSearchParams({ a: '1', b: 'ä' }));
  await new Promise<void>((done) => setTimeout(() => done(), 20));
  const chunks = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) {
        controller.enqueue(Uint8Array.of(byte));
      }
      controller.close();
    },
  });
  console.log('web', { text: body.text });
  return Response.json(
    {
      query: url.searchParams.getAll('q'),
      path: copy.pathname + copy.search + copy.hash,
      sent: request.headers.get('x-sent'),
      method: request.method,
      bytes: bytes.length,
      decoded: new TextDecoder().decode(bytes.subarray(0, bytes.length - 1)),
      streamed: await new Response(chunks).text(),
      form: [inner.headers.get('content-type')?.split(';')[0], await inner.text()],
      random: Math.random() < 1 && Math.random() !== Math.random(),
      uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()),
    },
    { status: 201, headers },
  );
}
