// Rates in the roster: this directory's measures, and what relays report.
#include <algorithm>
#include <utility>

#include "network/directory/roster.hpp"

namespace qnet::directory {

namespace {

Party party_of(const Entry& entry) {
  Party party{entry.key(), entry.known_address(), {}, entry.first_seen};
  if (const auto& family = entry.descriptor.descriptor().family) party.family = family->family;
  return party;
}

}  // namespace

bool Roster::measure_due(const DueCheck& check, SteadyTime now) const {
  const auto* const entry = find(check.peer);
  return entry != nullptr && entry->endpoint_id == check.endpoint_id && entry->checked &&
         entry->measures.due(now);
}

void Roster::measured(const DueCheck& check, std::optional<Rate> rate, SteadyTime now) {
  const auto found = entries_.find(check.peer);
  if (found == entries_.end() || found->second.endpoint_id != check.endpoint_id) return;
  auto& entry = found->second;
  rate ? entry.measures.add(*rate, now) : entry.measures.failed(now);
  // Until there are more, a rate that a store has kept holds against a failure.
  if (!rate && entry.measured > 0 && entry.measures.few()) return;
  say_rate(entry, rate_of(entry, now));
}

/// Rates are advice: unlike all else that a list says, they need not be durable first.
void Roster::say_rate(Entry& entry, Rate found) {
  const auto said = std::exchange(entry.measured, settled(entry.measured, found));
  if (entry.checked && said != entry.measured) ++revision_;
}

/// Votes count beside own measures only, and not before there are some. They may outnumber those: a relay can
/// refuse all relays but the liars, and a reporter that was given nothing has no vote. So votes never raise a
/// rate, and lower it only where they and the measures that agree with them are more than half.
Rate Roster::rate_of(const Entry& entry, SteadyTime now) const {
  auto all = entry.measures.rates();
  const auto own = low_median(all);
  if (entry.measures.few()) return own;
  const auto votes = votes_.of(entry.key(), now);
  all.insert(all.end(), votes.begin(), votes.end());
  return std::min(own, low_median(std::move(all)));
}

base::Result<void> Roster::take(const RateReport& report, WallTime wall, SteadyTime now) {
  if (is_skewed(report.time, wall)) return base::fail(Errc::clock_skewed);
  const auto found = entries_.find(report.reporter.key());
  if (found == entries_.end() || !found->second.checked) return base::fail(Errc::unknown_peer);
  auto& reporter = found->second;
  if (reporter.reported != SteadyTime{} && now - reporter.reported < RateReportLimits::interval)
    return base::fail(Errc::too_soon);
  reporter.reported = now;
  const auto visible = static_cast<double>(reporter.measured) * RateReportLimits::own_line;
  const auto party = party_of(reporter);
  for (const auto& one : report.rates) {
    const auto of = entries_.find(one.peer);
    if (of == entries_.end() || !of->second.checked || one.rate > visible) continue;
    auto& entry = of->second;
    votes_.note(party, party_of(entry), one.rate, now);
    if (!entry.measures.few()) say_rate(entry, rate_of(entry, now));
  }
  return {};
}

}  // namespace qnet::directory
