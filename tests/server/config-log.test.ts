import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/lib/server/log.ts';

/** A logger and what it wrote. */
function logging() {
	const lines: string[] = [];
	const log = createLog({ logLevel: 'debug' }, { write: (line) => void lines.push(line) });
	return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

describe('the log', () => {
	it('writes one line of JSON with level, time and message', () => {
		const { log, lines, last } = logging();
		log.info({ case: '0197', ms: 12 }, 'cases: opened');
		expect(lines).toHaveLength(1);
		expect(last()).toMatchObject({ level: 'info', case: '0197', ms: 12, msg: 'cases: opened' });
		expect(String(last()['time'])).toMatch(/^\d{4}-\d\d-\d\dT/);
	});

	it('A11: shows no link token and no visit id, wherever they stand', () => {
		const { log, lines } = logging();
		const canary = 'k1C4N4RYc4n4ry_-C4N4RY';
		log.info({ path: `/l/${canary}`, at: { url: `https://t.example.org/a/${canary}/choose?x=1` } });
		log.warn(`GET /l/${canary} 404`);
		log.error(new Error(`failed at /a/${canary}`, { cause: new Error(`/l/${canary}`) }));
		log
			.child({ path: `/l/${canary}` })
			.child({ again: `/a/${canary}` })
			.info('child');
		expect(lines).toHaveLength(4);
		expect(lines.join('')).not.toContain('C4N4RY');
		expect(lines.join('')).toContain('/a/[redacted]/choose?x=1');
	});

	it('S7: shows no header, secret, contact or fact', () => {
		const { log, lines } = logging();
		log.info(
			{
				headers: { Cookie: 'canary', authorization: 'Bearer canary', 'user-agent': 'x' },
				facts: { name: 'canary' },
				to: 'canary',
				list: [{ phone: 'canary' }]
			},
			'sent to anna.canary@example.org and +49 151 2345 6789 with Bearer canary.abc'
		);
		log.info('a call to +4915123456789 by postgres://app:canary@db/x');
		const sealed = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..canary.canary.canary';
		log.error({ error: Object.assign(new Error(`row ${sealed}`), { detail: 'canary' }) });
		const text = lines.join('');
		expect(text).not.toContain('canary');
		expect(text).not.toMatch(/4915123456789|151 2345/);
		expect(text).toContain('postgres://[redacted]@db/x');
		expect(text).toContain('user-agent');
	});

	it('shows no card, also where nothing else stands, and routes and methods as they are', () => {
		const { log, last } = logging();
		log.info({ said: '4111-1111-1111-1111', number: '4111111111111111', route: '/hooks/twilio' });
		expect(last()).toMatchObject({ said: '••••-••••-••••-1111', number: '••••••••••••1111' });
		expect(last()).toMatchObject({ route: '/hooks/twilio' });
		log.info({ method: 'POST', route: '/l/canary', at: '/x/a/canary' });
		expect(last()).toMatchObject({ method: 'POST', route: '/l/[redacted]', at: '/x/a/[redacted]' });
	});

	it('H7: stays one JSON line whatever is in it: line feeds, ANSI, bidi, quotes', () => {
		const { log, lines, last } = logging();
		const evil = 'a\r\n{"level":"fatal"}\u001b[2J\u009b31m\u2028\u202egnp\u0000"\\%s%d\ud800';
		log.warn({ evil, [`k\n${evil}`]: 1 }, evil);
		expect(lines).toHaveLength(1);
		expect(lines[0]!.trimEnd()).not.toMatch(
			// eslint-disable-next-line no-control-regex
			/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]|\\u00|\\n|\\r/
		);
		expect(last()['msg']).toBe(
			'a<U+000D> ⏎ {"level":"fatal"}<U+001B>[2J<U+009B>31m<U+2028><U+202E>gnp<U+0000>"\\%s%d\ufffd'
		);
	});

	it('H7: cuts a megabyte to 2 KB and says how long it was, in time', () => {
		const { log, last, lines } = logging();
		const started = performance.now();
		for (const part of ['x', 'a@', '+1 ', '/l/', 'a.b@c.', 'eyJ', '://'])
			log.info({ text: part.repeat(1_000_000 / part.length) }, part.repeat(500_000));
		expect(performance.now() - started).toBeLessThan(1000);
		expect(lines.every((line) => line.length < 10_000)).toBe(true);
		log.info('x'.repeat(1_000_000));
		expect(last()['msg']).toMatch(/^x{2048}… \(1000000 characters\)$/);
	});

	it('is bounded in depth and width, and survives cycles, bigints and bytes', () => {
		const { log, last, lines } = logging();
		const loop: Record<string, unknown> = { big: 10n, bytes: new Uint8Array(3), run: () => 1 };
		loop['self'] = loop;
		log.info({ loop, many: Array.from({ length: 1000 }, (_, index) => index) });
		expect(lines[0]!.length).toBeLessThan(10_000);
		expect((last()['many'] as unknown[]).length).toBe(50);
		expect(last()['loop']).toMatchObject({ big: '10', bytes: '[3 bytes]' });
	});

	it('keeps of an error its class, message, code and stack, and of its cause the same', () => {
		const { log, last } = logging();
		const cause = Object.assign(new TypeError('inner'), { code: 'ECONNRESET', parameters: ['x'] });
		log.error({ error: new RangeError('outer', { cause }) }, 'jobs: failed');
		const error = last()['error'] as Record<string, unknown>;
		expect(error).toMatchObject({
			type: 'RangeError',
			message: 'outer',
			cause: { type: 'TypeError', message: 'inner', code: 'ECONNRESET' }
		});
		expect(String(error['stack'])).toContain('config-log.test');
		expect(error['cause']).not.toHaveProperty('parameters');
		log.error(new Error('alone'));
		expect(last()).toMatchObject({ level: 'error', err: { message: 'alone' } });
	});
});
