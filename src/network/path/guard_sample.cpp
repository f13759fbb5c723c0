#include "network/path/guard_sample.hpp"

#include <algorithm>

#include "foundation/crypto/hash.hpp"
#include "network/directory/fields.hpp"
#include "network/path/limits.hpp"

namespace qnet::path {

namespace {

using directory::Fields;

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kChecksum = 8;
constexpr std::size_t kDepth = 4;
constexpr std::uint64_t kLastTime = 253'402'300'799;  // the year 9999

/// What no parser takes is never written: a clock may stand before 1970.
std::uint64_t seconds(WallTime time) {
  const auto count = std::max<std::int64_t>(time.time_since_epoch().count(), 0);
  return std::min(static_cast<std::uint64_t>(count), kLastTime);
}

/// 0 stands for none.
std::uint64_t seconds(const std::optional<WallTime>& time) {
  return time ? std::max(seconds(*time), std::uint64_t{1}) : 0;
}

WallTime wall(std::uint64_t count) { return WallTime(std::chrono::seconds(count)); }

std::optional<WallTime> read_optional(Fields& fields) {
  const auto count = fields.number(kLastTime);
  if (count == 0) return std::nullopt;
  return wall(count);
}

tl::unexpected<base::Error> damaged(std::string what) {
  return base::fail(Errc::guard_file_damaged, std::move(what));
}

base::Bytes checksum(base::ByteView body) {
  const auto digest = crypto::sha256(body);
  return {digest.begin(), digest.begin() + kChecksum};
}

std::optional<GuardRecord> read_guard(const cbor::Value& value) {
  Fields fields(value);
  GuardRecord guard{peer::PeerId(fields.fixed<32>())};
  guard.added = wall(fields.number(kLastTime));
  guard.until = wall(fields.number(kLastTime));
  guard.confirmed = read_optional(fields);
  guard.unlisted = read_optional(fields);
  guard.builds.begun = static_cast<std::uint32_t>(fields.number(BiasLimits::halved_at));
  guard.builds.built = static_cast<std::uint32_t>(fields.number(guard.builds.begun));
  const auto longest = GuardLimits::longest_life + GuardLimits::earlier;
  if (!fields.done() || guard.until <= guard.added || guard.until > guard.added + longest)
    return std::nullopt;
  return guard;
}

bool is_there(const GuardSample& sample, const peer::PeerId& peer) {
  return std::ranges::any_of(sample.guards, [&](const GuardRecord& guard) { return guard.peer == peer; });
}

/// Empty when all of it could be read.
std::string read_guards(const cbor::Array* list, GuardSample& sample) {
  if (list == nullptr) return "the list of guards";
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto guard = read_guard((*list)[i]);
    if (!guard || is_there(sample, guard->peer)) return "guard " + std::to_string(i + 1);
    sample.guards.push_back(*guard);
  }
  return {};
}

}  // namespace

base::Bytes GuardSample::encode_body() const {
  cbor::Array all;
  for (const auto& guard : guards)
    all.emplace_back(cbor::Array{base::ByteView(guard.peer.key()), seconds(guard.added), seconds(guard.until),
                                 seconds(guard.confirmed), seconds(guard.unlisted),
                                 std::uint64_t{guard.builds.begun}, std::uint64_t{guard.builds.built}});
  cbor::Array ends;
  for (const auto end : spent) ends.emplace_back(seconds(end));
  return cbor::encode(cbor::Array{std::move(all), std::move(ends), seconds(grown)});
}

base::Result<GuardSample> GuardSample::parse_body(base::ByteView body) {
  const auto value = cbor::decode(body, {.depth = kDepth, .size = GuardLimits::file});
  if (!value) return damaged(value.error().message());
  Fields fields(*value);
  GuardSample sample;
  if (const auto wrong = read_guards(fields.array(GuardLimits::ever), sample); !wrong.empty())
    return damaged(wrong);
  const auto* const ends = fields.array(GuardLimits::ever - sample.guards.size());
  if (ends == nullptr) return damaged("the places of removed guards");
  for (const auto& item : *ends) {
    const auto* const end = item.unsigned_integer();
    if (end == nullptr || *end > kLastTime) return damaged("the places of removed guards");
    sample.spent.push_back(wall(*end));
  }
  sample.grown = read_optional(fields);
  if (!fields.done()) return damaged("what follows the guards");
  return sample;
}

base::Bytes GuardSample::encode() const {
  const auto body = encode_body();
  return cbor::encode(cbor::Array{kVersion, base::ByteView(body), checksum(body)});
}

base::Result<GuardSample> GuardSample::parse(base::ByteView file) {
  if (file.size() > GuardLimits::file) return damaged("it is too long");
  const auto value = cbor::decode(file, {.depth = kDepth, .size = GuardLimits::file});
  if (!value) return damaged(value.error().message());
  Fields fields(*value);
  const auto version = fields.number();
  if (fields.good() && version > kVersion) return base::fail(Errc::guard_file_newer);
  const auto body = fields.bytes(GuardLimits::file);
  const auto sum = fields.bytes(kChecksum);
  if (!fields.done() || version != kVersion) return damaged("its form");
  if (!std::ranges::equal(sum, checksum(body))) return damaged("its checksum");
  return parse_body(body);
}

}  // namespace qnet::path
