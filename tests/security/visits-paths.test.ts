import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { rawBytes } from './raw.ts';
import { enter, newLink, Visitor } from './visitor.ts';

let fleet: Fleet;
let link: string;
beforeAll(async () => {
	fleet = await startFleet();
	({ link } = await newLink(fleet, { customer: 'C-1001' }));
});
afterAll(() => fleet.close());

/** The status of what is answered to the head of a form, and to whatever comes behind it. */
const send = (path: string, length: string, body = '') =>
	rawBytes(
		fleet.servers[0]!.url,
		[
			`POST ${path} HTTP/1.1`,
			'host: x',
			`origin: ${fleet.origin}`,
			'accept: text/html',
			'content-type: application/x-www-form-urlencoded',
			length,
			'',
			body
		].join('\r\n')
	);

const LONG = 'content-length: 65537';
const UNTOLD = 'transfer-encoding: chunked';
const CHUNKS = '3\r\na=b\r\n0\r\n\r\n';

/** What a server reads as a path of the API, and the framework as that of a page. */
const detours = () => [
	`/api/..${link}`,
	`/api/%2e%2e${link}`,
	`/api/.%2E${link}`,
	`/api/v1/../..${link}`,
	`/api/..\\${link.slice(1)}`
];

test('a form that comes to a page by way of the API is refused by its head, like any other', async () => {
	for (const path of [link, ...detours()]) {
		expect(await send(path, LONG), path).toBe(413);
		expect(await send(path, UNTOLD, CHUNKS), path).toBe(411);
	}
});

test('the API itself takes a body of unknown length, whatever path leads to it', async () => {
	for (const path of ['/api/v1/cases', '/l/../api/v1/cases'])
		expect(await send(path, UNTOLD, CHUNKS), path).toBe(401);
});

test('a draft id that is none, of whatever length, leads where an unknown one leads', async () => {
	const visitor = new Visitor(fleet);
	const { link } = await newLink(fleet, { workflow: 'address-update', customer: 'C-1010' });
	const inside = await enter(fleet, visitor, link);
	const led = async (id: string) => {
		const paths = [`${inside}/review/${id}`, `${inside}/do/change-address?draft=${id}`];
		const answers = [];
		for (const path of paths) {
			const { status, location } = await visitor.get(path);
			answers.push([status, location?.replaceAll(id, '<id>')]);
		}
		return answers;
	};
	const unknown = await led('01900000-0000-7000-8000-000000000000');
	const odd = ['-'.repeat(36), 'a'.repeat(36), `${'0'.repeat(35)}-`, '0'.repeat(32)];
	for (const id of odd) expect(await led(id), id).toEqual(unknown);
});
