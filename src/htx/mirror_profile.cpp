#include "htx/mirror_profile.hpp"

#include <numeric>
#include <stdexcept>

#include "htx/embedded.hpp"
#include "htx/template.hpp"
#include "htx/tls.hpp"
#include "htx/toml_reader.hpp"

namespace qnet::htx {

namespace {

constexpr std::int64_t kSmallest = 18;  // a length field and a tag
constexpr std::int64_t kLargest = 16401;

tl::unexpected<base::Error> malformed(std::string what) {
  return base::fail(TemplateErrc::malformed, std::move(what));
}

std::vector<std::size_t> sizes(TomlReader& reader, std::string_view key) {
  std::vector<std::size_t> all;
  for (const auto value : reader.numbers(key, kSmallest, kLargest))
    all.push_back(static_cast<std::size_t>(value));
  return all;
}

base::Result<FlightRecord> read_flight_record(TomlReader reader) {
  FlightRecord record{sizes(reader, "lengths"), {}, reader.flag("starts_write", false)};
  for (const auto weight : reader.numbers("weights", 0, 1000))
    record.weights.push_back(static_cast<std::uint32_t>(weight));
  if (record.weights.empty()) record.weights.assign(record.lengths.size(), 1);
  const auto total = std::accumulate(record.weights.begin(), record.weights.end(), 0U);
  if (record.lengths.empty() || record.weights.size() != record.lengths.size() || total == 0)
    return malformed("a flight record needs lengths, and as many weights");
  return record;
}

}  // namespace

base::Result<MirrorProfile> parse_profile(std::string_view toml) {
  auto parsed = TomlReader::parse(toml);
  if (!parsed) return malformed(parsed.error());
  auto& reader = *parsed;
  MirrorProfile profile;
  profile.name = reader.text("name");
  profile.version = static_cast<std::uint32_t>(reader.number("version", 1, 1));
  profile.cipher_suite = static_cast<std::uint16_t>(reader.number("cipher_suite", 0x1301, 0x1303));
  profile.group = static_cast<std::uint16_t>(reader.number("group", 1, 0xffff));
  for (const auto type : reader.numbers("server_hello_extensions", 0, 0xffff))
    profile.server_hello_extensions.push_back(static_cast<std::uint16_t>(type));
  profile.change_cipher_spec = reader.flag("change_cipher_spec", true);
  profile.tickets = sizes(reader, "tickets");
  profile.alert_record = static_cast<std::size_t>(reader.number("alert_record", kSmallest, kLargest));
  for (auto& table : reader.tables("flight")) {
    auto record = read_flight_record(std::move(table));
    if (!record) return base::forward_error(record);
    profile.flight.push_back(std::move(*record));
  }
  if (reader.failed()) return malformed(reader.problem());
  if (profile.group != kX25519 && profile.group != kX25519MlKem768)
    return malformed("group must be X25519 (0x001d) or X25519MLKEM768 (0x11ec)");
  if (profile.flight.empty() || profile.flight.size() > 32) return malformed("a flight has 1 to 32 records");
  return profile;
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
