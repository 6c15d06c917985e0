import { expect, test } from 'vitest';
import { createRecent } from '../../src/lib/server/recent.ts';

test('it never holds more than its bound and forgets the least recently used', () => {
	const recent = createRecent<number>(2);
	recent.set('a', 1);
	recent.set('b', 2);
	expect(recent.get('a')).toBe(1);
	recent.set('c', 3);
	expect([recent.get('a'), recent.get('b'), recent.get('c'), recent.size]).toEqual([
		1,
		undefined,
		3,
		2
	]);
});
