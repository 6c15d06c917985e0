import { expect, test } from 'vitest';
import { formFields } from '../../src/lib/server/web/forms.ts';

const KB = 1024;

/** A form that tells no length and never ends; `taken` says how much of it was read. */
function endless() {
	let taken = 0;
	const body = new ReadableStream<Uint8Array>(
		{
			pull(controller) {
				taken += 16 * KB;
				controller.enqueue(new Uint8Array(16 * KB).fill(0x61));
			}
		},
		{ highWaterMark: 0 }
	);
	return { body, taken: () => taken };
}

const posted = (body: BodyInit, headers: Record<string, string> = {}) =>
	new Request('http://any/', {
		method: 'POST',
		body,
		headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
		duplex: 'half'
	} as RequestInit);

test('Q2: a form of more than 64 KB is 413, and no more of it is read', async () => {
	const { body, taken } = endless();
	await expect(formFields(posted(body))).rejects.toMatchObject({ status: 413 });
	expect(taken()).toBeLessThanOrEqual(96 * KB);
	await expect(formFields(posted('', { 'content-length': '65537' }))).rejects.toMatchObject({
		status: 413
	});
});

test('of a form the last field of a name counts, files are left out, and what is none is 400', async () => {
	const text = `a=1&a=${'x'.repeat(64 * KB - 6)}`;
	expect(await formFields(posted(text))).toEqual({ a: 'x'.repeat(64 * KB - 6) });
	const whole = new FormData();
	whole.set('kept', 'ü');
	whole.set('file', new File(['1'], 'name'));
	const multipart = new Request('http://any/', { method: 'POST', body: whole });
	expect(await formFields(multipart)).toEqual({ kept: 'ü' });
	await expect(
		formFields(posted('{}', { 'content-type': 'application/json' }))
	).rejects.toMatchObject({ status: 400 });
});
