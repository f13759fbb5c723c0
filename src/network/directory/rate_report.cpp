#include "network/directory/rate_report.hpp"

#include "network/directory/fields.hpp"

namespace qnet::directory {

namespace {

constexpr std::string_view kKind = "qnet-rates-1:";
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kLastTime = 253'402'300'799;

bool read_rates(const cbor::Array* all, std::vector<RelayRate>& rates) {
  if (all == nullptr || all->empty()) return false;
  for (const auto& one : *all) {
    Fields fields(one);
    RelayRate rate{fields.fixed<32>(), static_cast<Rate>(fields.number(std::numeric_limits<Rate>::max()))};
    // Ascending, so that nobody is there twice.
    if (!fields.done() || rate.rate == 0 || (!rates.empty() && rates.back().peer >= rate.peer)) return false;
    rates.push_back(rate);
  }
  return true;
}

}  // namespace

base::Bytes RateReport::sign(const peer::Identity& identity) const {
  cbor::Array all;
  for (const auto& one : rates)
    all.emplace_back(cbor::Array{base::ByteView(one.peer), std::uint64_t{one.rate}});
  const auto body =
      cbor::encode(cbor::Array{kVersion, base::ByteView(reporter.key()),
                               static_cast<std::uint64_t>(time.time_since_epoch().count()), std::move(all)});
  const auto signature = identity.signing.sign(signed_text(kKind, body));
  return cbor::encode(cbor::Array{base::ByteView(body), base::ByteView(signature)});
}

base::Result<RateReport> RateReport::parse(base::ByteView wire) {
  if (wire.size() > RateReportLimits::whole) return base::fail(Errc::too_large);
  const auto value = cbor::decode(wire, {.depth = 2, .size = RateReportLimits::whole});
  if (!value) return base::fail(Errc::malformed, value.error().message());
  Fields whole(*value);
  const auto body = whole.bytes(RateReportLimits::whole);
  const auto signature = whole.fixed<64>();
  if (!whole.done()) return base::fail(Errc::malformed);

  constexpr std::size_t kDepth = 3;
  const auto inner = cbor::decode(body, {.depth = kDepth, .size = RateReportLimits::whole});
  if (!inner) return base::fail(Errc::malformed, inner.error().message());
  Fields fields(*inner);
  if (fields.number() != kVersion) return base::fail(Errc::malformed, "its version is not known");
  RateReport report{peer::PeerId(fields.fixed<32>()), {}, {}};
  report.time = WallTime(std::chrono::seconds(fields.number(kLastTime)));
  if (!read_rates(fields.array(RateReportLimits::rates), report.rates) || !fields.done())
    return base::fail(Errc::malformed);
  if (!crypto::ed25519_verify(report.reporter.key(), signed_text(kKind, body), signature))
    return base::fail(Errc::wrong_signature);
  return report;
}

}  // namespace qnet::directory
