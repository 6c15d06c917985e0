import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	DELIVERIES,
	type Delivery,
	deliveryOf,
	furthest
} from '../../src/lib/domain/outreach/delivery.ts';

const told = fc.array(fc.constantFrom(...DELIVERIES), { minLength: 1, maxLength: 12 });
const after = (deliveries: Delivery[]) =>
	deliveries.reduce<Delivery | null>((known, one) => furthest(known, one), null);

test('O1: in whatever order and however often things are told, the end is the same', () => {
	fc.assert(
		fc.property(
			told.chain((one) =>
				fc.tuple(
					fc.constant(one),
					fc.shuffledSubarray([...one, ...one], { minLength: one.length * 2 })
				)
			),
			([once, mixed]) => {
				expect(after(mixed)).toBe(after(once));
			}
		)
	);
});

test('O1: no word that comes late takes a message back', () => {
	fc.assert(
		fc.property(told, fc.constantFrom(...DELIVERIES), (before, late) => {
			const known = after(before)!;
			expect(DELIVERIES.indexOf(furthest(known, late))).toBeGreaterThanOrEqual(
				DELIVERIES.indexOf(known)
			);
		})
	);
});

test('a delivery after a failure counts, a failure after a delivery does not', () => {
	expect(furthest('failed', 'delivered')).toBe('delivered');
	expect(furthest('delivered', 'failed')).toBe('delivered');
	expect(furthest('read', 'delivered')).toBe('read');
	expect(deliveryOf('undelivered')).toBe('failed');
	expect(deliveryOf('constructor')).toBeNull();
});
