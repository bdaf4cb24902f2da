/**
 * Drives wechat-mock with co-wechat-api, unchanged, and says for each step whether it went as it
 * should. Like python/drive.py beside this folder, step by step; that file explains the form.
 */
'use strict';

const assert = require('assert').strict;
const fs = require('fs');

const API = require('co-wechat-api');
const { version } = require('co-wechat-api/package.json');

const BASE_URL = process.env.WECHAT_BASE_URL;

// From the repository's root, where xtask starts this.
const PNG = 'examples/spring-sale/pictures/price-list.png';
const JPG = 'examples/spring-sale/cover.jpg';
// The head by which a file is known as MP4, and nothing behind it.
const FILM = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1');

/** The SDK with another server: its own fields for that, one for the calls and one for files. */
function client() {
  const api = new API(process.env.WECHAT_APP_ID, process.env.WECHAT_APP_SECRET);
  api.prefix = BASE_URL + '/cgi-bin/';
  api.fileServerPrefix = BASE_URL + '/cgi-bin/';
  return api;
}

/** The mock's own view, from its control routes; nothing of the SDK. */
const mock = {
  async control(path, method = 'GET') {
    const answer = await fetch(BASE_URL + '/_mock' + path, { method });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  },

  /** The requests so far, without numbers and remarks: `GET /cgi-bin/... -> 200`. */
  async received() {
    const { received } = await this.control('/received');
    const bare = (line) => line.split(/ \((?:broke|odd:) /)[0];
    return received.map(({ line }) => bare(line).slice(line.indexOf(' ') + 1));
  },

  /** The requests behind the first `before`: method, path and end of each. */
  async since(before) {
    const lines = (await this.received()).slice(before);
    return lines.map((line) => line.split('?')[0] + line.slice(line.lastIndexOf(' -> ')));
  },

  async inbox(openid) {
    return (await this.control('/inbox?openid=' + openid)).inbox;
  },

  async inboxes(openids) {
    return Promise.all(openids.map((openid) => this.inbox(openid)));
  },

  async advance(seconds) {
    await this.control('/advance?seconds=' + seconds, 'POST');
  },
};

/** The SDK must throw its error with this code. */
async function refused(code, call) {
  const error = await call().then(
    (answer) => assert.fail('no error, but ' + JSON.stringify(answer)),
    (thrown) => thrown,
  );
  assert.equal(error.code, code, String(error));
  return error;
}

const api = client();
// What earlier steps made for later ones.
const made = {};

const STEPS = [
  ['token', async () => {
    const { accessToken } = await api.ensureAccessToken();
    assert.equal((await api.ensureAccessToken()).accessToken, accessToken);
    assert.deepEqual(await mock.since(0), ['GET /cgi-bin/token -> 200']);
  }],

  ['followers', async () => {
    const page = await api.getFollowers();
    made.openids = page.data.openid;
    assert.equal(page.total, Number(process.env.WECHAT_FOLLOWERS));
    assert.equal(new Set(made.openids).size, page.total);
    assert.equal((await api.getFollowers(page.next_openid)).count, 0, 'behind the last page');
  }],

  ['tags', async () => {
    const { tag } = await api.createTags('春茶');
    const { tags } = await api.getTags();
    assert.equal(tags.find(({ id }) => id === tag.id).name, '春茶');
    made.tagged = made.openids.slice(0, 3);
    await api.batchTagging(made.tagged, tag.id);
    const page = await api.getUsersFromTag(tag.id);
    assert.deepEqual([...page.data.openid].sort(), [...made.tagged].sort());
    assert.deepEqual((await api.getIdList(made.tagged[0])).tagid_list, [tag.id]);
    made.tag = tag.id;
  }],

  ['picture for an article', async () => {
    made.url = (await api.uploadImage(PNG)).url;
    assert.match(made.url, /^https?:\/\//);
  }],

  ['temporary media', async () => {
    const answer = await api.uploadMedia(JPG, 'image', '封面.jpg');
    assert.equal(answer.type, 'image');
    assert.equal(typeof answer.created_at, 'number');
    made.image = answer.media_id;
    assert.ok(fs.readFileSync(JPG).equals(await api.getMedia(made.image)), 'downloaded bytes');
  }],

  ['permanent material', async () => {
    made.cover = (await api.uploadImageMaterial(JPG)).media_id;
    assert.equal((await api.getMaterialCount()).image_count, 1);
  }],

  ['video for sending', async () => {
    const film = await api.uploadMedia(FILM, 'video', '新茶.mp4', 'video/mp4');
    const about = { media_id: film.media_id, title: '新茶', description: '采茶' };
    const answer = await api.uploadMPVideo(about);
    assert.equal(answer.type, 'video');
    await api.previewVideo(made.openids[0], answer.media_id);
  }],

  ['draft', async () => {
    const article = {
      title: '春茶上新',
      content: `<p>新茶到店</p><img src="${made.url}"/>`,
      thumb_media_id: made.cover,
    };
    const { accessToken } = await api.ensureAccessToken();
    const answer = await api.request(api.prefix + 'draft/add?access_token=' + accessToken, {
      method: 'POST',
      data: JSON.stringify({ articles: [article] }),
    });
    made.article = answer.media_id;
    return 'no function of its own: its request()';
  }],

  ['preview', async () => {
    const before = (await mock.received()).length;
    await api.previewText(made.openids[0], '预览');
    await api.previewNews(made.openids[0], made.article);
    const wanted = 'POST /cgi-bin/message/mass/preview -> 200';
    assert.deepEqual(await mock.since(before), [wanted, wanted]);
  }],

  ['send to a tag', async () => {
    const answer = await api.massSendNews(made.article, made.tag, 'peer-article', 0);
    assert.equal(typeof answer.msg_id, 'number');
    assert.equal(typeof answer.msg_data_id, 'number');
    made.job = answer.msg_id;
  }],

  ['status until done', async () => {
    assert.equal((await api.getMassMessageStatus(made.job)).msg_status, 'SENDING');
    assert.deepEqual(await mock.inbox(made.tagged[0]), []);
    await mock.advance(60);
    assert.equal((await api.getMassMessageStatus(made.job)).msg_status, 'SEND_SUCCESS');
    const wanted = made.openids.map((fan) => (made.tagged.includes(fan) ? [made.job] : []));
    assert.deepEqual(await mock.inboxes(made.openids), wanted);
  }],

  ['send to OpenIDs', async () => {
    const fans = made.openids.slice(5, 7);
    const answer = await api.massSendImage(made.image, fans);
    await mock.advance(60);
    assert.ok(!('msg_data_id' in answer), 'msg_data_id of a picture');
    const got = (await mock.inboxes(made.openids)).map((inbox) => inbox.includes(answer.msg_id));
    assert.deepEqual(got, made.openids.map((fan) => fans.includes(fan)));
  }],

  ['delete', async () => {
    await api.deleteMass(made.job);
    assert.equal((await api.getMassMessageStatus(made.job)).msg_status, 'DELETE');
  }],

  ['invalid media_id: 40007', async () => {
    const before = await mock.inboxes(made.openids);
    await refused(40007, () => api.massSendImage('nobody-uploaded-this', made.tag));
    await mock.advance(60);
    assert.deepEqual(await mock.inboxes(made.openids), before);
  }],

  ['repeated key: 45065', async () => {
    const fans = made.openids.slice(7, 9);
    const send = () => api.massSendText('只发一次', fans, 'peer-once');
    const first = (await send()).msg_id;
    const error = await refused(45065, send);
    await mock.advance(60);
    assert.deepEqual(await mock.inboxes(fans), [[first], [first]]);
    // What the SDK keeps of the answer. When it keeps more one day, this is to be checked as well.
    assert.deepEqual(Object.keys(error).sort(), ['code', 'name']);
    return 'the SDK drops the msg_id that the answer carries';
  }],

  ['bad token healed', async () => {
    const other = client();
    await other.saveToken({ accessToken: 'replaced-by-somebody-else', expireTime: Infinity });
    const before = (await mock.received()).length;
    await other.previewText(made.openids[0], '预览');
    await other.getFollowers();
    assert.deepEqual(await mock.since(before), [
      'POST /cgi-bin/message/mass/preview -> 200 errcode 40001',
      'GET /cgi-bin/token -> 200',
      'POST /cgi-bin/message/mass/preview -> 200',
      'GET /cgi-bin/user/get -> 200',
    ]);
  }],
];

function say(...words) {
  console.log(words.map((word) => String(word).trim().split(/\s+/).join(' ')).join('\t'));
}

async function main() {
  say('sdk', 'co-wechat-api', version);
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
