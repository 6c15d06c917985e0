import { generateKeyPairSync, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { CompactSign, exportJWK, exportSPKI, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { linksOf, newKey, partsOf, tokenOf, withTablesLocked } from './links.ts';
import { BEHIND_PROXY, newLink, Visitor, withoutNonce } from './visitor.ts';

const secret = newKey();
const key = Buffer.from(secret, 'base64url');
const keyring = `a:${secret}`;
let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ env: BEHIND_PROXY, keys: { TAPDONE_LINK_KEYS: keyring } });
});
afterAll(() => fleet.close());

const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWS with any header, as a library would refuse to make it. */
function signed(header: object, payload: object, by: Buffer | string): string {
	const head = `${text(header)}.${text(payload)}`;
	return `${head}.${createHmac('sha256', by).update(head).digest('base64url')}`;
}

async function crafted(id: Buffer, keys: string): Promise<Record<string, string>> {
	const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const claims = { link: id.toString('base64url'), id: id.toString('hex'), kid: 'a' };
	const pem = await exportSPKI(publicKey);
	const jwk = await exportJWK(publicKey);
	const jwt = (header: JWTHeaderParameters, by: Parameters<SignJWT['sign']>[0] = key) =>
		new SignJWT(claims).setProtectedHeader(header).sign(by);
	const payload = Buffer.concat([Buffer.from('a.'), id]);
	const compact = (header: JWTHeaderParameters) =>
		new CompactSign(payload).setProtectedHeader(header).sign(key);
	/** Our own format, with the signature of a JWS that was made for something else. */
	const short = async (header: JWTHeaderParameters) => {
		const tag = Buffer.from((await compact(header)).split('.')[2]!, 'base64url').subarray(0, 23);
		return tokenOf('a', id, tag);
	};
	return {
		'alg none': `${text({ alg: 'none' })}.${text(claims)}.`,
		'alg None': `${text({ alg: 'None', typ: 'tapdone-link' })}.${text(claims)}.`,
		'HS256 by a public key': signed({ alg: 'HS256' }, claims, pem),
		'RS256 with its own jwk': await jwt({ alg: 'RS256', jwk }, privateKey),
		'unknown kid': await jwt({ alg: 'HS256', kid: 'zz' }),
		'kid as a path': await jwt({ alg: 'HS256', kid: '../../x' }),
		jku: await jwt({ alg: 'HS256', jku: keys, x5u: keys }),
		'our key and type, whole': await compact({ alg: 'HS256', typ: 'tapdone-link' }),
		'our key, typ JWT': await short({ alg: 'HS256', typ: 'JWT' }),
		'our key, no typ': await short({ alg: 'HS256' }),
		'our key, HS512': await short({ alg: 'HS512', typ: 'tapdone-link' }),
		'wrong audience': await jwt({ alg: 'HS256', typ: 'tapdone-receipt' }),
		'kid in our format': `../../${tokenOf('a', id, Buffer.alloc(23))}`
	};
}

test('A7: a JWS made with any header, key or type is refused before anything in it is used', async () => {
	let fetched = 0;
	const keys = createServer((_, response) => {
		fetched += 1;
		response.end('{"keys":[]}');
	}).listen(0, '127.0.0.1');
	await once(keys, 'listening');
	const address = keys.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	const { link } = await newLink(fleet, { customer: 'C-1001' });
	const { id } = partsOf(link.slice(3));
	const tokens = await crafted(id, `http://127.0.0.1:${port}/keys`);
	const unknown = await new Visitor(fleet).get(`/l/${(await linksOf(keyring).sign()).token}`);
	await withTablesLocked(fleet.db, async () => {
		for (const [name, token] of Object.entries(tokens)) {
			const answer = await new Visitor(fleet).get(`/l/${encodeURIComponent(token)}`);
			expect(answer.status, name).toBe(404);
			expect(withoutNonce(answer.body), name).toBe(withoutNonce(unknown.body));
		}
	});
	expect(fetched).toBe(0);
	keys.close();
	expect((await new Visitor(fleet).get(link)).status).toBe(200);
});
