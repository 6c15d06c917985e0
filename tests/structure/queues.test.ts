import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { handlerNames } from './queue-handlers.ts';
import { queues } from '../../src/lib/server/jobs/queues.ts';
import { ROOT, sources } from '../support/sources.ts';

const path = 'src/lib/server/jobs/handlers.ts';

test.skipIf(!existsSync(join(ROOT, path)))(
	'every queue has a handler and every handler a queue',
	() => {
		const [file] = sources(path);
		expect(handlerNames(file?.text ?? '').sort()).toEqual(Object.keys(queues).sort());
	}
);

test('handlers are found by their names', () => {
	const text = `export const handlersFor = (parts: Parts): Handlers => ({
		'send-message': ({ id }) => send(parts, id), plain(data) {}, other: done });`;
	expect(handlerNames(text)).toEqual(['send-message', 'plain', 'other']);
});
