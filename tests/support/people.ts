import type { Customer } from '../../src/demo/core/record.ts';
import type { RecordsPeer } from '../peers/records.ts';

let people = 0;

/**
 * A customer of the demo core that no other test has: a copy of `C-1001` (or `like`), changed.
 * @returns its id, made up unless given
 */
export async function newPerson(
	core: RecordsPeer,
	change: Partial<Omit<Customer, 'account'>> & { account?: Partial<Customer['account']> } = {},
	like = 'C-1001'
): Promise<string> {
	const number = (people += 1);
	const { id = `T-${process.pid}-${number}` } = change;
	const { account, ...record } = await core.customer(like);
	await core.put({
		...record,
		// A phone of one's own: limits on codes count by phone.
		phone: `+49176040690${String(number % 100).padStart(2, '0')}`,
		...change,
		id,
		account: { ...account, ...change.account }
	});
	return id;
}
