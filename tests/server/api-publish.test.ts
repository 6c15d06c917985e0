import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { ROOT } from '../support/sources.ts';

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
});
afterAll(() => database.close());

const source = readFileSync(join(ROOT, 'workflows/address-update.yaml'), 'utf8');
const titled = (title: string) => source.replace(/^title: .*$/m, `title: ${title}`);
const publish = (text: string) => publishWorkflow(database, text, 'tester');
const key = 'address-update';

test('new content is the next version, the same content is not', async () => {
	expect(await publish(source)).toEqual({ ok: true, value: { key, version: 1, isNew: true } });
	const laidOutDifferently = `# Another comment\n\n${source}`;
	expect(await publish(laidOutDifferently)).toEqual({
		ok: true,
		value: { key, version: 1, isNew: false }
	});
	expect(await publish(titled('Second'))).toMatchObject({ value: { version: 2, isNew: true } });
	expect(await publish(source)).toEqual({
		ok: false,
		reason: 'older-version',
		detail: { key, version: 1 }
	});
});

test('of many that publish at once each gets a number of its own', async () => {
	const published = await Promise.all(['a', 'b', 'c', 'c'].map((title) => publish(titled(title))));
	// The second "c" is the latest version already, or, if another came between, an older one.
	const added = published.flatMap((one) => (one.ok && one.value.isNew ? [one.value.version] : []));
	expect(added.sort()).toEqual([3, 4, 5]);
});

test('a wrong document stores nothing and names lines', async () => {
	const wrong = await publish(source.replace('languages: [en, de, ar]', 'languages: []'));
	expect(wrong).toMatchObject({ ok: false, reason: 'bad-workflow' });
	if (wrong.ok || wrong.reason !== 'bad-workflow') throw new Error('published');
	expect(wrong.detail?.[0]).toMatchObject({ line: 4, field: 'languages' });
	const [{ n }] = (await database.db
		.selectFrom('workflows')
		.select((eb) => eb.fn.countAll<number>().as('n'))
		.execute()) as [{ n: number }];
	expect(n).toBe(5);
});
