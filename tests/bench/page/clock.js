// The wall clock, with a hand that can be moved: a contender signs in two hours ago, and then those hours have passed, as on a
// machine that slept. Timers know nothing of it, as timers of a machine that slept don't.
const RealDate = Date;
let behind = 0;

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length) super(...given);
    else super(RealDate.now() - behind);
  }
  static now() {
    return RealDate.now() - behind;
  }
};

/** Sets the clock so many ms behind the machine's. */
export function setBehind(ms) {
  behind = ms;
}
