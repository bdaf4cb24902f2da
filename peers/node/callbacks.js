/**
 * Builds callbacks with wechat-crypto, unchanged, for `wechat-cli callback read`, and reads our
 * replies. Like python/callbacks.py beside this folder, step by step; that file explains the form.
 *
 * wechat-crypto signs and encrypts, but knows no XML: what stands around it is written here.
 */
'use strict';

const assert = require('assert').strict;
const { spawnSync } = require('child_process');
const fs = require('fs');

const WXBizMsgCrypt = require('wechat-crypto');
const { version } = require('wechat-crypto/package.json');

const SERVER = process.env.WECHAT_CALLBACK_URL;
const APP_ID = process.env.WECHAT_APP_ID;
const TOKEN = process.env.WECHAT_CALLBACK_TOKEN;
const AES_KEY = process.env.WECHAT_AES_KEY;

// From the repository's root, where xtask starts this: the documented examples.
const example = (name) => fs.readFileSync('wechat-events/fixtures/' + name, 'utf8');
const crypt = new WXBizMsgCrypt(TOKEN, AES_KEY, APP_ID);

/** The query of a push, signed by wechat-crypto now; an empty part adds nothing to a signature. */
function signed(more) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = '987650055';
  return { signature: crypt.getSignature(timestamp, nonce, ''), timestamp, nonce, ...more };
}

/** Query and body of a push in safe mode, encrypted by wechat-crypto. */
function encrypted(xml, by = crypt) {
  const encrypt = by.encrypt(xml);
  const query = signed({ encrypt_type: 'aes' });
  query.msg_signature = crypt.getSignature(query.timestamp, query.nonce, encrypt);
  const to = '<ToUserName><![CDATA[gh_5b1e7c40d9a2]]></ToUserName>';
  return [query, `<xml>${to}\n<Encrypt><![CDATA[${encrypt}]]></Encrypt>\n</xml>`];
}

/** What our program says about a callback. */
function read(query, body, key = AES_KEY) {
  const command = ['callback', 'read', '--query', String(new URLSearchParams(query))];
  const env = { ...process.env, WECHAT_AES_KEY: key };
  const ended = spawnSync(process.env.WECHAT_CLI, command, { input: body, env, timeout: 60000 });
  const said = JSON.parse(ended.stdout);
  assert.equal(ended.status, said.outcome === 'ok' ? 0 : 1, 'exit status');
  return said;
}

/** The server's answer. */
async function call(query, body) {
  const url = SERVER + '?' + new URLSearchParams(query);
  const headers = { 'Content-Type': 'text/xml' };
  const answer = await fetch(url, body === undefined ? {} : { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
  return answer.text();
}

/** The text of an element. */
function element(xml, name) {
  const found = xml.match(new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]*)(?:\\]\\]>)?</${name}>`));
  assert.ok(found, `${name} in ${xml}`);
  return found[1];
}

function isTheText(said, xml) {
  assert.deepEqual([said.outcome, said.kind, said.name], ['ok', 'message', 'text'], said.reason);
  assert.equal(said.event.data.content.data.content, element(xml, 'Content'));
  assert.equal(said.fields.MsgId, element(xml, 'MsgId'));
  assert.equal(said.fields.FromUserName, element(xml, 'FromUserName'));
}

const STEPS = [
  ['address verified', async () => {
    const query = signed({ echostr: '4375120948345356249' });
    assert.equal(await call(query), query.echostr);
  }],

  ['plain text', () => {
    const xml = example('messages/text.xml');
    isTheText(read(signed(), xml, ''), xml);
  }],

  ['encrypted text', () => {
    const xml = example('messages/text.xml');
    const said = read(...encrypted(xml));
    assert.equal(said.decrypted, xml);
    isTheText(said, xml);
  }],

  ['encrypted event', () => {
    const said = read(...encrypted(example('events/subscribe.xml')));
    assert.deepEqual([said.outcome, said.kind, said.name], ['ok', 'event', 'subscribe']);
  }],

  ['encrypted job report', () => {
    const xml = example('events/MASSSENDJOBFINISH.xml');
    const { outcome, event } = read(...encrypted(xml));
    assert.equal(outcome, 'ok');
    const wire = ['MsgID', 'TotalCount', 'FilterCount', 'SentCount', 'ErrorCount'];
    const { msg_id, status, total, after_filter, sent, failed } = event.data;
    const wanted = wire.map((name) => Number(element(xml, name)));
    assert.deepEqual([msg_id, total, after_filter, sent, failed], wanted);
    assert.equal(status, element(xml, 'Status'));
  }],

  ['every padding', () => {
    const wrapper = (text) => '<xml><FromUserName>o</FromUserName><ToUserName>g</ToUserName>'
      + '<CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>'
      + `<Content>${text}</Content></xml>`;
    for (let length = 0; length < 33; length += 1) {
      const { outcome, reason } = read(...encrypted(wrapper('x'.repeat(length))));
      assert.deepEqual([outcome, reason], ['ok', null], `${length} letters`);
    }
  }],

  ['forged signature refused', () => {
    const [query, body] = encrypted(example('messages/text.xml'));
    query.msg_signature = crypt.getSignature(query.timestamp, query.nonce, 'guessed');
    const { outcome, detail, decrypted } = read(query, body);
    assert.deepEqual([outcome, detail, decrypted], ['signature', 'msg_signature', null]);
  }],

  ['other account refused', () => {
    const other = new WXBizMsgCrypt(TOKEN, AES_KEY, 'wxffffffffffffffff');
    assert.equal(read(...encrypted(example('messages/text.xml'), other)).outcome, 'appid');
  }],

  ['encrypted reply read', async () => {
    const xml = example('events/subscribe.xml');
    const sealed = await call(...encrypted(xml));
    const encrypt = element(sealed, 'Encrypt');
    const stamp = [element(sealed, 'TimeStamp'), element(sealed, 'Nonce')];
    assert.equal(element(sealed, 'MsgSignature'), crypt.getSignature(...stamp, encrypt));
    const { message, id } = crypt.decrypt(encrypt);
    assert.equal(id, APP_ID);
    assert.deepEqual([element(message, 'MsgType'), element(message, 'Content')], ['text', '欢迎！']);
    assert.equal(element(message, 'ToUserName'), element(xml, 'FromUserName'));
    assert.equal(element(message, 'FromUserName'), element(xml, 'ToUserName'));
  }],
];

function say(...words) {
  console.log(words.map((word) => String(word).trim().split(/\s+/).join(' ')).join('\t'));
}

async function main() {
  say('sdk', 'wechat-crypto', version);
  for (const [name, step] of STEPS) {
    try {
      say('ok', name, (await step()) || '');
    } catch (error) {
      // Whatever it is, it belongs to this step; the next ones may still tell something.
      say('failed', name, error);
    }
  }
}

main();
