import { PEOPLE } from './people.ts';
import type { Customer } from './record.ts';

type Account = Customer['account'];

/** What makes single customers interesting, by their place in the list (`contacts`: the only ones); see src/demo/README.md. */
const ODD: Record<
	number,
	{ contacts?: 'phone' | 'whatsapp' | 'email' | 'none' } & Partial<Account>
> = {
	5: { partAllowed: false },
	7: { contacts: 'phone' },
	9: { contacts: 'email' },
	12: { planAllowed: false },
	16: { vulnerable: true },
	22: { balance: 0, overdueDays: 0, dueDate: null, failedPayment: false },
	27: { planAllowed: false, partAllowed: false },
	28: { brokenPromises: 2 },
	30: { contacts: 'phone' },
	31: { vulnerable: true },
	33: { planAllowed: false },
	36: { brokenPromises: 4, planAllowed: false },
	42: { vulnerable: true, brokenPromises: 1 },
	46: { contacts: 'whatsapp' },
	50: { contacts: 'email' },
	52: { contacts: 'phone' },
	59: { contacts: 'whatsapp' },
	64: { contacts: 'none' }
};
/** Numbers of other countries. */
const ABROAD: Record<number, string> = {
	10: '+46701740610',
	21: '+12025550121',
	29: '+12025550129',
	41: '+46701740641',
	56: '+12025550156'
};
/** Who already pays by instalments. */
const WITH_PLAN = 39;

const FAILED_PAYMENTS = 24;
const COLLECTIONS = 46;

/**
 * 64 made-up customers, always the same but for dates, which stand relative to `today`: `C-1001` to
 * `C-1024` had a payment fail, up to `C-1046` are long overdue, the others owe nothing.
 */
export const seedCustomers = (today: Date): Customer[] =>
	PEOPLE.map(([name, language, birthDate, street, postcode, city], index) => {
		const place = index + 1;
		const { contacts, ...accountChange } = ODD[place] ?? {};
		const number =
			contacts === 'email' || contacts === 'none'
				? null
				: (ABROAD[place] ?? `+4917604069${pad(place)}`);
		return {
			id: `C-${1_000 + place}`,
			name,
			email: contacts && contacts !== 'email' ? null : addressFor(name),
			phone: contacts === 'whatsapp' ? null : number,
			// Two of three have WhatsApp, on the same number.
			whatsapp: place % 3 === 0 ? null : number,
			language,
			birthDate,
			address: { street, postcode, city },
			nextAddress: null,
			account: { ...accountFor(place, today), ...accountChange }
		};
	});

function accountFor(place: number, today: Date): Account {
	const overdueDays = overdue(place);
	const balance = owed(place);
	return {
		balance,
		currency: 'EUR',
		dueDate: balance === 0 ? null : dayBefore(today, overdueDays),
		overdueDays,
		failedPayment: place <= FAILED_PAYMENTS,
		plan: place === WITH_PLAN ? planFor(balance, today) : null,
		planAllowed: true,
		partAllowed: true,
		brokenPromises: 0,
		vulnerable: false
	};
}

/** Minor units. The trigger files carry the same amounts. */
export function owed(place: number): number {
	if (place <= FAILED_PAYMENTS) return 1_990 + ((place * 1_373) % 9_700);
	return place <= COLLECTIONS ? 24_500 + ((place * 18_731) % 176_300) : 0;
}

function overdue(place: number): number {
	if (place <= FAILED_PAYMENTS) return 3 + (place % 15);
	return place <= COLLECTIONS ? 35 + ((place * 7) % 120) : 0;
}

function planFor(total: number, today: Date): Account['plan'] {
	const rate = Math.ceil(total / 6);
	const first = dayBefore(today, -14);
	return { instalments: 6, first, rate, last: total - 5 * rate, total, reference: 'PLN-4102' };
}

const dayBefore = (today: Date, days: number): string =>
	new Date(today.getTime() - days * 86_400_000).toISOString().slice(0, 10);

const pad = (place: number): string => String(place).padStart(3, '0');

const ASCII: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

const addressFor = (name: string): string =>
	`${name
		.toLowerCase()
		.replaceAll(/[äöüß]/g, (letter) => ASCII[letter] ?? letter)
		.replaceAll(/[^a-z]+/g, '.')}@example.org`;
