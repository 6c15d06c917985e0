import { createVault } from '../lib/server/crypto/vault.ts';
import { rebindFactor } from '../lib/server/flows/rebind-factor.ts';
import { readArguments } from './support/arguments.ts';
import { withDatabase } from './support/database.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage: npm run rebind -- <customer> --by <who> --why <reason>
After 50 failures in a row a customer's codes or known facts are ended until a person has made sure, on
another way, that it is them. This opens them again. <customer> is the reference in the system of record;
who and why (at most 80 and 200 characters, nothing personal) stand in the timeline of the open cases.`;

const { values, positionals } = readArguments(USAGE, {
	by: { type: 'string' },
	why: { type: 'string' }
});
const [customer = '', ...more] = positionals;
const [by, why] = [values.by?.trim() ?? '', values.why?.trim() ?? ''];
const fits = (text: string, most: number) => text.length > 0 && text.length <= most;
if (more.length > 0 || !customer || !fits(by, 80) || !fits(why, 200)) stopWith(USAGE, 2);

await withDatabase(async ({ db }, { keys }) => {
	const vault = createVault({ master: keys.master, lookup: keys.lookup });
	const { factors, cases } = await rebindFactor({ db, vault }, customer, { by, why });
	console.log(
		factors.length > 0
			? `Bound again: ${factors.join(', ')}. It stands in the timeline of ${cases} open case(s).`
			: 'There was nothing to do: no factor of this customer had been ended.'
	);
});
