// Counts what this page really sends and reads, by the hub's replies: changes that a push was
// answered for, changes pulled.
const counts = { pushed: 0, pulled: 0, requests: 0, failures: 0 };
const send = globalThis.fetch;

globalThis.fetch = async (...request) => {
  counts.requests++;
  try {
    const response = await send(...request);
    if (response.headers.get('content-type')?.includes('json')) await countReply(response.clone());
    return response;
  } catch (error) {
    counts.failures++;
    throw error;
  }
};

async function countReply(response) {
  const reply = await response.json();
  counts.pushed += (reply.push ?? reply).results?.length ?? 0;
  counts.pulled += (reply.pull ?? reply).changes?.length ?? 0;
}

export const countedTraffic = () => ({ ...counts });
