#include "transport/htx/mirror_profile.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "protocol/client_hello/template.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/client_hello/toml_reader.hpp"
#include "transport/htx/embedded.hpp"
#include "transport/htx/record.hpp"

namespace qnet::htx {

namespace {

constexpr std::int64_t kSmallest = RecordLimits::smallest_body;
constexpr std::int64_t kLargest = client_hello::kLargestCiphertext;
constexpr std::int64_t kLargestWeight = 1'000'000;
constexpr std::size_t kRecords = 32;
constexpr std::int64_t kLongestWait = kLongestAnswer.count();
constexpr std::int64_t kLongestIdle = 86'400;

tl::unexpected<base::Error> malformed(std::string what) {
  return base::fail(client_hello::TemplateErrc::malformed, std::move(what));
}

/// Whether QNet can write records of these sizes: none is shorter than a length field and a tag.
bool fits(std::span<const std::size_t> sizes, std::size_t largest) {
  return std::ranges::all_of(
      sizes, [=](auto size) { return size >= RecordLimits::smallest_body && size <= largest; });
}

std::vector<std::size_t> sizes(client_hello::TomlReader& reader, std::string_view key) {
  std::vector<std::size_t> all;
  for (const auto value : reader.numbers(key, kSmallest, kLargest))
    all.push_back(static_cast<std::size_t>(value));
  return all;
}

Tolerance read_tolerance(client_hello::TomlReader& reader) {
  return {static_cast<std::size_t>(reader.number("change_cipher_specs", 1, ToleranceLimits::no_limit)),
          static_cast<std::size_t>(reader.number("cancellations", 0, ToleranceLimits::no_limit)),
          static_cast<std::uint8_t>(reader.number("last_type", client_hello::kApplicationData, 0xff)),
          reader.flag("judges_versions", true),
          reader.flag("empty_records_first", true),
          static_cast<std::size_t>(reader.number("read_ahead", 0, ToleranceLimits::read_ahead)),
          sizes(reader, "early_end")};
}

base::Result<FlightRecord> read_flight_record(client_hello::TomlReader reader) {
  FlightRecord record{sizes(reader, "lengths"), {}, reader.flag("starts_write", false)};
  for (const auto weight : reader.numbers("weights", 0, kLargestWeight))
    record.weights.push_back(static_cast<std::uint32_t>(weight));
  if (record.weights.empty()) record.weights.assign(record.lengths.size(), 1);
  const auto total = std::accumulate(record.weights.begin(), record.weights.end(), 0U);
  if (record.lengths.empty() || record.weights.size() != record.lengths.size() || total == 0)
    return malformed("a flight record needs lengths, and as many weights");
  return record;
}

}  // namespace

base::Result<void> check_profile(const MirrorProfile& profile) {
  if (profile.group != client_hello::kX25519 && profile.group != client_hello::kX25519MlKem768)
    return malformed("group must be X25519 (0x001d) or X25519MLKEM768 (0x11ec)");
  if (profile.flight.empty() || profile.flight.size() > kRecords)
    return malformed("a flight has 1 to 32 records");
  for (const auto& record : profile.flight)
    if (!fits(record.lengths, client_hello::kLargestCiphertext))
      return malformed("a record of the flight is too short or long");
  if (!fits({&profile.alert_record, 1}, RecordLimits::body)) return malformed("no alert has such a record");
  for (const auto* const list :
       {&profile.before_finished, &profile.after_finished, &profile.after_first, &profile.bad_finished,
        &profile.plain_alert, &profile.idle_end, &profile.stall_end, &profile.tolerance.early_end}) {
    if (list->size() > kRecords) return malformed("at most 32 records follow a flight");
    if (!fits(*list, RecordLimits::body)) return malformed("a record behind the flight is too short or long");
  }
  return {};
}

base::Result<MirrorProfile> parse_profile(std::string_view toml) {
  auto parsed = client_hello::TomlReader::parse(toml);
  if (!parsed) return malformed(parsed.error());
  auto& reader = *parsed;
  MirrorProfile profile;
  profile.name = reader.text("name");
  (void)reader.number("version", MirrorProfile::version, MirrorProfile::version);
  profile.cipher_suite = static_cast<std::uint16_t>(reader.number("cipher_suite", 0x1301, 0x1303));
  profile.group = static_cast<std::uint16_t>(reader.number("group", 1, 0xffff));
  for (const auto type : reader.numbers("server_hello_extensions", 0, 0xffff))
    profile.server_hello_extensions.push_back(static_cast<std::uint16_t>(type));
  profile.change_cipher_spec = reader.flag("change_cipher_spec", true);
  profile.before_finished = sizes(reader, "before_finished");
  profile.before_finished_starts_write = reader.flag("before_finished_starts_write", false);
  profile.after_finished = sizes(reader, "after_finished");
  profile.after_first = sizes(reader, "after_first");
  profile.bad_finished = sizes(reader, "bad_finished");
  profile.plain_alert = sizes(reader, "plain_alert");
  for (const auto wait : reader.numbers("answer_after_us", 0, kLongestWait))
    profile.answer_after.emplace_back(wait);
  profile.idle_after = std::chrono::seconds(reader.number("idle_after_s", 0, kLongestIdle));
  profile.idle_end = sizes(reader, "idle_end");
  profile.stall_after = std::chrono::milliseconds(reader.number("stall_after_ms", 0, kLongestIdle * 1000));
  profile.stall_end = sizes(reader, "stall_end");
  profile.origin = reader.optional_text("origin");
  profile.hello = reader.optional_text("hello");
  if (!profile.origin.empty())
    profile.measured_at = reader.number("measured_at", 0, std::numeric_limits<std::int64_t>::max());
  profile.alert_record = static_cast<std::size_t>(reader.number("alert_record", kSmallest, kLargest));
  profile.tolerance = read_tolerance(reader);
  for (auto& table : reader.tables("flight")) {
    auto record = read_flight_record(std::move(table));
    if (!record) return base::forward_error(record);
    profile.flight.push_back(std::move(*record));
  }
  if (reader.failed()) return malformed(reader.problem());
  if (auto good = check_profile(profile); !good) return base::forward_error(good);
  return profile;
}

std::string to_toml(const MirrorProfile& profile) {
  std::vector<std::int64_t> waits;
  for (const auto wait : profile.answer_after) waits.push_back(wait.count());
  std::string text = fmt::format(
      "# How the cover origin answers; measured by qnet, which replaces this file.\n"
      "version = {}\nname = \"{}\"\n"
      "cipher_suite = {:#06x}\ngroup = {:#06x}\nserver_hello_extensions = [{:#06x}]\n"
      "change_cipher_spec = {}\nbefore_finished = {}\nbefore_finished_starts_write = {}\nafter_finished = "
      "{}\nafter_first = {}\nbad_finished = {}\n"
      "plain_alert = {}\nalert_record = {}\nanswer_after_us = {}\nidle_after_s = {}\nidle_end = {}\n"
      "stall_after_ms = {}\nstall_end = {}\n"
      "change_cipher_specs = {}\ncancellations = {}\nlast_type = {}\njudges_versions = {}\n"
      "empty_records_first = {}\nread_ahead = {}\nearly_end = {}\n",
      MirrorProfile::version, profile.name, profile.cipher_suite, profile.group,
      fmt::join(profile.server_hello_extensions, ", "), profile.change_cipher_spec, profile.before_finished,
      profile.before_finished_starts_write, profile.after_finished, profile.after_first, profile.bad_finished,
      profile.plain_alert, profile.alert_record, waits, profile.idle_after.count(), profile.idle_end,
      profile.stall_after.count(), profile.stall_end, profile.tolerance.change_cipher_specs,
      profile.tolerance.cancellations, profile.tolerance.last_type, profile.tolerance.judges_versions,
      profile.tolerance.empty_records_first, profile.tolerance.read_ahead, profile.tolerance.early_end);
  if (!profile.origin.empty())
    text += fmt::format("origin = \"{}\"\nhello = \"{}\"\nmeasured_at = {}\n", profile.origin, profile.hello,
                        profile.measured_at);
  for (const auto& record : profile.flight)
    text += fmt::format("\n[[flight]]\nlengths = {}\nweights = {}\nstarts_write = {}\n", record.lengths,
                        record.weights, record.starts_write);
  return text;
}

const std::vector<MirrorProfile>& builtin_profiles() {
  static const auto profiles = [] {
    std::vector<MirrorProfile> parsed;
    for (const auto& file : embedded_profiles()) {
      auto result = parse_profile(file.text);
      if (!result) throw std::logic_error(std::string(file.name) + ": " + result.error().message());
      parsed.push_back(std::move(*result));
    }
    return parsed;
  }();
  return profiles;
}

std::chrono::microseconds draw_answer_after(const MirrorProfile& profile, base::RandomSource& random) {
  auto samples = profile.answer_after;
  if (samples.empty()) return std::chrono::microseconds(0);
  if (samples.size() == 1) return samples.front();
  std::ranges::sort(samples);
  const auto below = random.below(static_cast<std::uint32_t>(samples.size() - 1));
  const auto from = samples[below];
  const auto width = static_cast<std::uint32_t>((samples[below + 1] - from).count());
  return from + std::chrono::microseconds(random.below(width + 1));
}

std::vector<DrawnRecord> draw_flight(const MirrorProfile& profile, base::RandomSource& random) {
  std::vector<DrawnRecord> drawn;
  drawn.reserve(profile.flight.size());
  for (const auto& record : profile.flight) {
    auto ticket = random.below(std::accumulate(record.weights.begin(), record.weights.end(), 0U));
    std::size_t choice = 0;
    while (ticket >= record.weights[choice]) ticket -= record.weights[choice++];
    drawn.push_back({record.lengths[choice], record.starts_write});
  }
  return drawn;
}

}  // namespace qnet::htx
