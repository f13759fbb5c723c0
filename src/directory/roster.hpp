// The relays that a directory knows, and the rules by which they come and go. No I/O, no clock of its own.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "directory/registration.hpp"

namespace qnet::directory {

/// Where a relay's country comes from.
enum class CountrySource : std::uint8_t { unknown = 0, declared = 1, database = 2 };
[[nodiscard]] std::string_view to_text(CountrySource source);  ///< "unknown", "declared", "database"

struct Country {
  std::string code;  ///< empty when unknown
  CountrySource source = CountrySource::unknown;
  bool operator==(const Country&) const = default;
};

using PeerKey = crypto::Ed25519Public;

/// One relay, as a store keeps it.
struct Record {
  PeerKey peer{};
  base::Bytes descriptor;  ///< SignedDescriptor::wire()
  std::uint64_t sequence = 0;
  WallTime first_seen{};
  WallTime last_seen{};
  bool checked = false;  ///< its address has answered
  Country country;
  bool departed = false;  ///< it said goodbye; kept for its sequence number
  bool operator==(const Record&) const = default;
};

struct Entry {
  SignedDescriptor descriptor;
  std::uint64_t sequence = 0;
  WallTime first_seen{};
  WallTime last_seen{};
  Country country;
  bool checked = false;    ///< listed only then
  SteadyTime heard{};      ///< expires from here
  SteadyTime check_due{};  ///< when its address is to be tried (again)
  unsigned failures = 0;   ///< of checks, one after the other
  bool checking = false;
};

class Roster {
 public:
  struct Options {
    /// Take addresses outside the public Internet: a network of one's own, and tests.
    bool private_addresses = false;
    std::chrono::seconds shortest_interval = RosterLimits::shortest_interval;
  };
  explicit Roster(Options options) : options_(options) {}
  Roster() : Roster(Options{}) {}

  /// Judges one whose signatures were checked, and takes it. Gives what a store should keep. Errors:
  /// clock_skewed, replayed, unknown_peer, too_soon, full, crowded_address, private_address, expired.
  [[nodiscard]] base::Result<Record> take(const Registration& registration, WallTime wall, SteadyTime now);

  /// A sign of life that could not be stored: the relay must not expire for it. Nothing else changes.
  void note_alive(const PeerKey& peer, SteadyTime now);

  /// From a store, at start or from another process that shares it. Older than what is known is ignored.
  void restore(const Record& record, SteadyTime now);

  /// Whose address is due, at most `most` of them; each is marked as being checked.
  [[nodiscard]] std::vector<PeerKey> due_for_check(SteadyTime now, std::size_t most);
  /// What became of a check. Gives what a store should keep, when something changed.
  std::optional<Record> checked(const PeerKey& peer, const crypto::Digest& descriptor, bool answered,
                                const Country& country, SteadyTime now);

  /// Drops who was not heard of for too long; how many.
  std::size_t prune(WallTime wall, SteadyTime now);

  [[nodiscard]] const Entry* find(const PeerKey& peer) const;
  /// Those that are listed, in the order of their keys. `country` empty for all.
  [[nodiscard]] std::vector<const Entry*> listed(std::string_view country = {}) const;
  [[nodiscard]] std::map<std::string, std::size_t> countries() const;  ///< of the listed; "" for unknown
  [[nodiscard]] std::size_t listed_count() const { return listed_count_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Changes whenever listed() does.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

 private:
  struct KeyHash {
    std::size_t operator()(const PeerKey& key) const;
  };
  struct Departed {
    std::uint64_t sequence = 0;
    SteadyTime until{};
  };
  using Entries = std::unordered_map<PeerKey, Entry, KeyHash>;

  [[nodiscard]] base::Result<void> judge(const Registration& registration, const Entry* known, WallTime wall,
                                         SteadyTime now) const;
  [[nodiscard]] base::Result<void> judge_new_addresses(const Descriptor& descriptor,
                                                       const Entry* known) const;
  Entry& put(SignedDescriptor descriptor, SteadyTime now);
  void drop(Entries::iterator found);
  void depart(const PeerKey& peer, std::uint64_t sequence, SteadyTime now);
  void index(const Entry& entry);
  void unindex(const Entry& entry);
  void list(Entry& entry, bool wanted);
  void delay_check(Entry& entry, SteadyTime now);

  Options options_;
  Entries entries_;
  std::unordered_map<PeerKey, Departed, KeyHash> departed_;
  std::unordered_map<std::string, std::size_t> at_host_;
  std::map<std::string, std::set<PeerKey>, std::less<>> by_country_;  // of the listed
  std::set<std::pair<SteadyTime, PeerKey>> checks_;                   // what is due when
  std::size_t listed_count_ = 0;
  std::size_t unchecked_ = 0;
  std::uint64_t revision_ = 1;
};

[[nodiscard]] Record to_record(const Entry& entry);

}  // namespace qnet::directory
