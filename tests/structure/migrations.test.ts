import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { ROOT } from '../support/sources.ts';

const files = readdirSync(join(ROOT, 'migrations'))
	.filter((name) => name !== 'index.ts')
	.sort();

test('migrations are numbered from 0001 without a gap', () => {
	const numbers = files.map((name) => /^(\d{4})_[a-z0-9-]+\.ts$/.exec(name)?.[1]);
	expect(numbers).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')));
});

test('the list holds exactly the files, in their order', () => {
	expect(Object.keys(migrations).map((name) => `${name}.ts`)).toEqual(files);
});
