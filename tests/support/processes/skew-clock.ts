// Loaded before everything else by `--import`: this process's clock is SKEW_MINUTES off.
const skew = Number(process.env.SKEW_MINUTES ?? 0) * 60_000;
const Real = Date;

const Skewed = function (this: unknown, ...values: unknown[]) {
	if (new.target === undefined) return new Real(Real.now() + skew).toString();
	const given = values.length > 0 ? values : [Real.now() + skew];
	return Reflect.construct(Real, given, new.target) as Date;
};
Skewed.prototype = Real.prototype;
Object.setPrototypeOf(Skewed, Real);
Skewed.now = () => Real.now() + skew;
globalThis.Date = Skewed as unknown as DateConstructor;
