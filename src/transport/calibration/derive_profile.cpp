#include "transport/calibration/derive_profile.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "protocol/client_hello/tls_format.hpp"

namespace qnet::calibration {

namespace {

using Lengths = std::map<std::size_t, std::uint32_t>;  // body size, weight

/// How often a DER-coded integer drawn below 2^(8n) has n+1, n and n-1 bytes, of 512 (X.690 §8.3): its first
/// bit costs a byte when it is set, and a leading byte of zeros is left out unless that bit is needed. Orders
/// of the curves are so near to 2^(8n) that the rest does not matter.
constexpr std::array<std::pair<int, std::uint32_t>, 3> kDerInteger = {{{1, 256}, {0, 255}, {-1, 1}}};

/// The sizes that a record takes whose ECDSA signature is drawn anew.
Lengths with_signature(std::size_t body, std::size_t signature, unsigned bits) {
  const auto integer = static_cast<int>(bits / 8);
  const auto around = static_cast<int>(body) - static_cast<int>(signature);
  Lengths lengths;
  for (const auto& [first, first_weight] : kDerInteger)
    for (const auto& [second, second_weight] : kDerInteger) {
      const int der = 6 + 2 * integer + first + second;
      lengths[static_cast<std::size_t>(around + der)] += first_weight * second_weight;
    }
  return lengths;
}

bool varies(const Sample& sample, std::size_t index) {
  const bool curve_of_whole_bytes = sample.ecdsa_bits == 256 || sample.ecdsa_bits == 384;
  return curve_of_whole_bytes && index == sample.flight.signature_record;
}

base::Result<void> check_forms(std::span<const Sample> samples) {
  const auto& first = samples.front();
  for (const auto& sample : samples) {
    const auto& records = sample.server_flight;
    if (records.size() != first.server_flight.size() ||
        sample.flight.hello_extensions != first.flight.hello_extensions ||
        sample.flight.cipher_suite != first.flight.cipher_suite || sample.flight.group != first.flight.group)
      return base::fail(Errc::unsteady);
    for (std::size_t i = 0; i < records.size(); ++i)
      if (records[i].record.type != first.server_flight[i].record.type) return base::fail(Errc::unsteady);
  }
  return {};
}

/// ServerHello, perhaps ChangeCipherSpec, then sealed records only: the index of the first of those.
base::Result<std::size_t> sealed_from(const Sample& sample) {
  const auto& records = sample.server_flight;
  const auto type = [&](std::size_t i) {
    return i < records.size() ? records[i].record.type : std::uint8_t{0};
  };
  const std::size_t start = type(1) == client_hello::kChangeCipherSpec ? 2 : 1;
  bool known = type(0) == client_hello::kHandshake && records.size() > start;
  for (std::size_t i = start; i < records.size(); ++i)
    known = known && type(i) == client_hello::kApplicationData;
  if (!known) return base::fail(Errc::unknown_form, "ServerHello is not alone in its record");
  const auto& extensions = sample.flight.hello_extensions;
  known = extensions.size() == 2 &&
          std::ranges::find(extensions, client_hello::kKeyShareExtension) != extensions.end() &&
          std::ranges::find(extensions, client_hello::kSupportedVersionsExtension) != extensions.end();
  if (!known) return base::fail(Errc::unknown_form, "ServerHello has unusual extensions");
  return start;
}

htx::FlightRecord flight_record(std::span<const Sample> samples, std::size_t index) {
  Lengths lengths;
  std::size_t paused = 0;
  for (const auto& sample : samples) {
    const auto& arrived = sample.server_flight[index];
    paused += arrived.after_pause ? 1 : 0;
    if (varies(sample, index)) {
      lengths.merge(
          with_signature(arrived.record.body_size, sample.flight.signature_size, sample.ecdsa_bits));
    } else {
      ++lengths[arrived.record.body_size];
    }
  }
  htx::FlightRecord record;
  for (const auto& [size, weight] : lengths) {
    record.lengths.push_back(size);
    record.weights.push_back(weight);
  }
  record.starts_write = paused * 2 > samples.size();
  return record;
}

using Alike = bool (*)(const Sample&, const Sample&);

/// What came around the client's Finished. One list, as a ticket that is late for one step is in the other.
bool same_around_finished(const Sample& one, const Sample& other) {
  return one.before_finished == other.before_finished && one.after_finished == other.after_finished;
}

bool same_after_first(const Sample& one, const Sample& other) { return one.after_first == other.after_first; }

/// How many samples are like `one`.
std::size_t count_like(std::span<const Sample> samples, const Sample& one, Alike alike) {
  return static_cast<std::size_t>(
      std::ranges::count_if(samples, [&](const Sample& sample) { return alike(sample, one); }));
}

/// The sample that most others are like; of several, the first.
const Sample& most_usual(std::span<const Sample> samples, Alike alike) {
  return *std::ranges::max_element(samples, {},
                                   [&](const Sample& one) { return count_like(samples, one, alike); });
}

void take_over_tickets(std::span<const Sample> samples, htx::MirrorProfile& profile) {
  const auto& usual = most_usual(samples, same_around_finished);
  profile.before_finished = usual.before_finished;
  profile.after_finished = usual.after_finished;
  const auto paused = std::ranges::count(samples, true, &Sample::before_finished_after_pause);
  profile.before_finished_starts_write = 2 * static_cast<std::size_t>(paused) > samples.size();
}

/// All but the longest: a first visit finds cold caches on both sides, which visitors' do not.
std::vector<std::chrono::microseconds> usual_waits(std::span<const Sample> samples) {
  std::vector<std::chrono::microseconds> waits;
  for (const auto& sample : samples) waits.push_back(sample.answered_after);
  std::ranges::sort(waits);
  if (waits.size() > 1) waits.pop_back();
  return waits;
}

}  // namespace

bool agree(std::span<const Sample> samples) {
  return std::ranges::all_of(std::array{same_around_finished, same_after_first}, [&](Alike alike) {
    return 3 * count_like(samples, most_usual(samples, alike), alike) > 2 * samples.size();
  });
}

base::Result<htx::MirrorProfile> derive_profile(std::span<const Sample> samples,
                                                const CorruptedSample& corrupted,
                                                const CorruptedSample& alerted) {
  if (auto checked = check_forms(samples); !checked) return base::forward_error(checked);
  const auto& first = samples.front();
  const auto start = sealed_from(first);
  if (!start) return tl::unexpected(start.error());
  if (corrupted.in_clear || alerted.in_clear)
    return base::fail(Errc::unknown_form, "its alerts are not encrypted");

  htx::MirrorProfile profile;
  profile.cipher_suite = first.flight.cipher_suite;
  profile.group = first.flight.group;
  profile.server_hello_extensions = first.flight.hello_extensions;
  profile.change_cipher_spec = *start == 2;
  for (std::size_t i = *start; i < first.server_flight.size(); ++i)
    profile.flight.push_back(flight_record(samples, i));
  take_over_tickets(samples, profile);
  profile.after_first = most_usual(samples, same_after_first).after_first;
  profile.bad_finished = corrupted.records;
  profile.plain_alert = alerted.records;
  profile.answer_after = usual_waits(samples);
  // What the origin sends may be legal TLS and still be nothing that a relay can write: an empty record, say.
  if (const auto good = htx::check_profile(profile); !good)
    return base::fail(Errc::unknown_form, good.error().context());
  return profile;
}

}  // namespace qnet::calibration
