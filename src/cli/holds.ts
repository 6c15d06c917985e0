import { customerSchema } from '../lib/contracts/cases.ts';
import { reasonSchema } from '../lib/contracts/erasure.ts';
import { createVault } from '../lib/server/crypto/vault.ts';
import { liftHold, setHold } from '../lib/server/flows/legal-holds.ts';
import { readArguments } from './support/arguments.ts';
import { withDatabase } from './support/database.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage: npm run holds -- set|lift <customer> --by <who> --why <reason>
While a customer is held nobody can erase them: what a court or an audit asks for stays. <customer> is the
reference in the system of record; who and why (at most 80 and 200 characters, nothing personal) stand in
the record of acts.`;

const { values, positionals } = readArguments(USAGE, {
	by: { type: 'string' },
	why: { type: 'string' }
});
const [command, reference = '', ...more] = positionals;
const customer = customerSchema.safeParse(reference);
const reason = reasonSchema.safeParse(values.why ?? '');
const by = values.by?.trim() ?? '';
const known = command === 'set' || command === 'lift';
if (!known || more.length > 0 || !customer.success || !reason.success || !by || by.length > 80)
	stopWith(USAGE, 2);

await withDatabase(async ({ db }, { keys }) => {
	const vault = createVault({ master: keys.master, lookup: keys.lookup });
	const work = command === 'set' ? setHold : liftHold;
	const done = await work({ db, vault }, `staff:${by}`, {
		customer: customer.data,
		reason: reason.data
	});
	if (done.ok) console.log(command === 'set' ? 'Held from now on.' : 'Held no more.');
	else stopWith(done.reason === 'not-held' ? 'There is no hold to lift.' : 'Held already.');
});
