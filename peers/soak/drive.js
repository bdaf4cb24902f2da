// Sends until the time is over, through every fault, and prints which key became which job.
'use strict';

const BASE_URL = process.env.WECHAT_BASE_URL;
const CREDENTIALS = {
  grant_type: 'client_credential',
  appid: process.env.WECHAT_APP_ID,
  secret: process.env.WECHAT_APP_SECRET,
};
// Tried again: nobody knows, system error, a token that is not taken, too often.
const AGAIN = [undefined, -1, 40001, 42001, 45011];

// The answer; undefined when there is none that can be read.
async function post(path, body) {
  try {
    const answer = await fetch(BASE_URL + path, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10000),
    });
    return await answer.json();
  } catch {
    return undefined;
  }
}

async function token() {
  for (;;) {
    const answer = await post('/cgi-bin/stable_token', CREDENTIALS);
    if (answer?.access_token) return answer.access_token;
  }
}

async function main() {
  const end = performance.now() + 1000 * Number(process.env.SOAK_SECONDS);
  const { followers } = await (await fetch(BASE_URL + '/_mock/followers')).json();
  const jobs = {};
  let repeats = 0;
  let access = await token();
  for (let number = 0; performance.now() < end; number += 1) {
    const key = `node-${number}`;
    const body = { touser: followers, msgtype: 'text', text: { content: key }, clientmsgid: key };
    for (;;) {
      const answer = await post(`/cgi-bin/message/mass/send?access_token=${access}`, body);
      const code = answer && (answer.errcode ?? 0);
      if (code === 0 || code === 45065) {
        jobs[key] = answer.msg_id;
        break;
      }
      if (!AGAIN.includes(code)) throw new Error(`${key}: ${JSON.stringify(answer)}`);
      repeats += 1;
      access = await token();
    }
  }
  console.log(JSON.stringify({ jobs, repeats }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
