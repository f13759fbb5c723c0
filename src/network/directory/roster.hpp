// The relays that a directory knows, and the rules by which they come and go. No I/O, no clock of its own.
//
// A relay's own statements count only after a check: a reachability probe has to find the peer that signed
// the descriptor at the first address in it (ServiceHooks::probe). So nobody can use up the slots of a host
// by naming it.
//
// A list shows only what is durable. The owner tells the roster of every acknowledged write (stored()), and
// has the outcome of a check written before it calls checked().
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "foundation/ip/client_prefix.hpp"
#include "network/directory/departed.hpp"
#include "network/directory/rate_report.hpp"
#include "network/directory/rate_votes.hpp"
#include "network/directory/registration.hpp"

namespace qnet::directory {

/// Where a relay's country comes from.
enum class CountrySource : std::uint8_t { unknown = 0, declared = 1, database = 2 };
[[nodiscard]] std::string_view to_text(CountrySource source);  ///< "unknown", "declared", "database"

struct Country {
  std::string code;  ///< empty when unknown
  CountrySource source = CountrySource::unknown;
  bool operator==(const Country&) const = default;
};

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
  Rate measured = 0;      ///< as lists say it
  /// Where it answered, if its first address is a name.
  std::optional<ip::IpAddress> address{};
  bool operator==(const Record&) const = default;
};

/// Why a relay that answered is not listed.
enum class Obstacle : std::uint8_t {
  none = 0,
  crowded,    ///< RosterLimits::at_one_host relays are listed where it answered
  list_full,  ///< with it the list would be larger than clients take
};

/// One relay. There may be 200,000: no member without need.
struct Entry {
  SignedDescriptor descriptor;  ///< what lists show
  /// Of a listed relay: a later descriptor of the same endpoint, not known to be durable yet. Lists show it
  /// once it is. Null otherwise.
  std::shared_ptr<const SignedDescriptor> unstored{};
  std::uint64_t sequence = 0;
  WallTime first_seen{};
  WallTime last_seen{};
  Country country{};
  Measures measures{};    ///< by this directory, of this endpoint
  SteadyTime reported{};  ///< when it has told of other relays' rates; 0 before
  Rate measured = 0;      ///< what lists say
  /// Where it answered the last check, if its first address is a name. Lists say it.
  std::optional<ip::IpAddress> address{};
  SteadyTime heard{};          ///< by any directory that shares the store; it expires from here
  SteadyTime taken{};          ///< by this one
  SteadyTime check_due{};      ///< when it is to be checked (again)
  SteadyTime failing_since{};  ///< unlisted since a failed check or a change of endpoint then; 0 before both
  ip::ClientPrefix answered_at = ip::ClientPrefix::unknown;
  std::uint32_t endpoint_id = 0;  ///< changes with its addresses, Noise key and cover
  std::uint8_t failures = 0;      ///< checks that failed in a row
  bool checked = false;           ///< its address has answered, and there was room: it is listed
  bool was_listed = false;        ///< at any time
  Obstacle obstacle = Obstacle::none;

  [[nodiscard]] const PeerKey& key() const { return descriptor.descriptor().peer.key(); }
  /// The newest that was taken, durable or not.
  [[nodiscard]] const SignedDescriptor& latest() const { return unstored ? *unstored : descriptor; }
  /// The host that is probed.
  /// Its first address, or what a check found behind the name there.
  [[nodiscard]] std::optional<ip::IpAddress> known_address() const {
    const auto number = ip::IpAddress::parse(host());
    return number ? number : address;
  }
  [[nodiscard]] const std::string& host() const { return descriptor.descriptor().addresses.front().host; }
};

/// A relay to be checked. A result counts for the endpoint alone that was probed.
struct DueCheck {
  PeerKey peer{};
  std::uint32_t endpoint_id = 0;
  bool operator==(const DueCheck&) const = default;
};

/// What a reachability probe found.
struct CheckResult {
  bool answered = false;                            ///< by that very peer
  ip::ClientPrefix at = ip::ClientPrefix::unknown;  ///< the address that answered
  Country country{};                                ///< of that address, when a database knows
  std::optional<ip::IpAddress> address{};           ///< that one
};

class Roster {
 public:
  struct Options {
    /// Take addresses outside the public Internet: a network of one's own, and tests.
    bool private_addresses = false;
    std::chrono::seconds shortest_interval = RosterLimits::shortest_interval;
    std::chrono::seconds expiry = RosterLimits::expiry;
    std::size_t list_bytes = SnapshotLimits::list;  ///< a larger list no client takes
  };
  explicit Roster(Options options) : options_(options) {}
  Roster() : Roster(Options{}) {}
  Roster(Roster&&) = default;
  Roster& operator=(Roster&&) = default;
  ~Roster() = default;

  /// Judges a registration whose signatures were verified, and takes it. Gives what a store should keep:
  /// nothing for the goodbye of an unknown peer. Errors: clock_skewed, replayed, unknown_peer, too_soon,
  /// full, private_address, expired, and crowded_address where too many are listed already. A relay that is
  /// refused for the last counts as alive.
  [[nodiscard]] base::Result<std::optional<Record>> take(const Registration& registration, WallTime wall,
                                                         SteadyTime now);

  /// A store acknowledged a record with this descriptor: from now on lists may show it.
  void stored(const PeerKey& peer, const crypto::Digest& descriptor, SteadyTime now);

  /// A sign of life that could not be stored: the relay must not expire for it. Nothing else changes.
  void note_alive(const Registration& registration, WallTime wall, SteadyTime now);

  /// From a store, at start or from another process that shares it. A record older than what is known is
  /// ignored. So is the check of another directory where this one has probed the endpoint itself. Gives
  /// whether the record had news.
  bool restore(const Record& record, SteadyTime now);
  /// From a store, of a relay that is not brought back: nothing older is taken from it.
  void remember(const Record& record, SteadyTime now);

  /// The relays whose check is due, at most `most` of them. None is given again before its result could be
  /// here.
  [[nodiscard]] std::vector<DueCheck> due_for_check(SteadyTime now, std::size_t most);
  /// What a store has to keep before checked() is told of this result: nothing when the list stays as it is.
  /// The relay is not listed yet, or not yet in this country.
  [[nodiscard]] std::optional<Record> listed_by(const DueCheck& check, const CheckResult& result) const;
  /// Notes the result of a check. Gives what a store should keep, when something changed.
  std::optional<Record> checked(const DueCheck& check, const CheckResult& result, SteadyTime now);
  /// The result of a check cannot be noted now: the relay is checked again soon.
  void check_again(const DueCheck& check, SteadyTime now);

  /// Whether a relay that has just answered a check is to be measured as well.
  [[nodiscard]] bool measure_due(const DueCheck& check, SteadyTime now) const;
  /// How fast it sends at the endpoint that was checked; nothing when it gave nothing.
  void measured(const DueCheck& check, std::optional<Rate> rate, SteadyTime now);
  /// What a listed relay tells of others' rates, as votes beside this directory's own measures. Its signature
  /// was verified. Errors: clock_skewed, unknown_peer for one that is not listed, too_soon.
  [[nodiscard]] base::Result<void> take(const RateReport& report, WallTime wall, SteadyTime now);

  /// Drops the relays that were silent for longer than Options::expiry; how many.
  std::size_t drop_silent(SteadyTime now);
  /// The same, and those whose descriptor has expired by the wall clock.
  std::size_t prune(WallTime wall, SteadyTime now);

  /// When due_for_check() gives somebody next; nothing without relays.
  [[nodiscard]] std::optional<SteadyTime> next_check() const;
  /// When drop_silent() drops somebody next, if nobody is heard of before.
  [[nodiscard]] std::optional<SteadyTime> next_expiry() const;
  /// The earlier of the two.
  [[nodiscard]] std::optional<SteadyTime> next_deadline() const;

  [[nodiscard]] const Entry* find(const PeerKey& peer) const;
  /// The listed relays in the order of their keys. `country` empty for all.
  [[nodiscard]] std::vector<const Entry*> listed(std::string_view country = {}) const;
  /// The first `most` of these behind `last`, or the very first without one. For reading a long list in
  /// steps, between which it may change.
  [[nodiscard]] std::vector<const Entry*> listed_after(const PeerKey* last, std::size_t most,
                                                       std::string_view country = {}) const;
  [[nodiscard]] std::map<std::string, std::size_t> countries() const;  ///< of the listed; "" for unknown
  [[nodiscard]] std::size_t listed_count(std::string_view country = {}) const;
  /// A list of them is not larger.
  [[nodiscard]] std::size_t listed_bytes() const { return listed_bytes_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Changes whenever listed() does.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

 private:
  using Entries = std::unordered_map<PeerKey, Entry, PeerKeyHash>;
  struct ByKey {
    using is_transparent = void;
    bool operator()(const Entry* one, const Entry* other) const { return one->key() < other->key(); }
    bool operator()(const PeerKey& one, const Entry* other) const { return one < other->key(); }
    bool operator()(const Entry* one, const PeerKey& other) const { return one->key() < other; }
  };
  using Ordered = std::set<const Entry*, ByKey>;  // entries_ does not move them
  /// The order in which relays make room: the never listed first, then those that fail longest.
  using Failing = std::tuple<bool, SteadyTime, PeerKey>;

  [[nodiscard]] const Ordered& listed_in(std::string_view country) const;
  [[nodiscard]] base::Result<void> judge(const Registration& registration, const Entry* known, WallTime wall,
                                         SteadyTime now) const;
  [[nodiscard]] base::Result<void> judge_addresses(const Descriptor& descriptor) const;
  [[nodiscard]] base::Result<void> make_room(const Descriptor& fresh, const Entry* known, SteadyTime now);
  [[nodiscard]] base::Result<void> make_room_at(const std::string& host, SteadyTime now);
  enum class Durable : std::uint8_t { no, yes };
  Entry& put(SignedDescriptor descriptor, Durable durable, SteadyTime now);
  Entry& add(SignedDescriptor descriptor, SteadyTime now);
  void replace(Entry& entry, SignedDescriptor descriptor, SteadyTime now);
  void hear(Entry& entry, SteadyTime now);
  void drop(Entries::iterator found, SteadyTime now);

  // The orders in which entries are looked for hold parts of them: an entry changes between these two.
  void unindex(const Entry& entry);
  void index(const Entry& entry);
  [[nodiscard]] Obstacle obstacle_for(const Entry& entry, ip::ClientPrefix at) const;
  void list(Entry& entry);  ///< or its obstacle is set
  void unlist(Entry& entry);
  void note_result(Entry& entry, const CheckResult& result, SteadyTime now);
  void say_rate(Entry& entry, Rate found);
  [[nodiscard]] Rate rate_of(const Entry& entry, SteadyTime now) const;
  [[nodiscard]] bool may_come_back(const Record& record, const Descriptor& descriptor, SteadyTime now);
  void adopt(Entry& entry, const Record& record, bool news, SteadyTime now);

  Options options_;
  Entries entries_;
  DepartedPeers departed_;
  RateVotes votes_;
  std::unordered_map<ip::ClientPrefix, std::size_t> listed_at_;
  Ordered listed_;
  std::map<std::string, Ordered, std::less<>> by_country_;  // of the listed
  [[nodiscard]] static bool may_wait(const Entry& entry);

  using Times = std::set<std::pair<SteadyTime, PeerKey>>;
  Times checks_;                                                        // what is due when
  Times retries_;                                                       // the same, of those who may wait
  Times heard_;                                                         // who was heard when
  std::set<Failing> failing_;                                           // of those that are not listed
  std::unordered_map<std::string, std::vector<PeerKey>> never_listed_;  // by the host that they name
  std::size_t listed_bytes_ = 0;
  std::uint32_t endpoint_ids_ = 0;
  std::uint64_t revision_ = 1;
};

/// With its latest descriptor.
[[nodiscard]] Record to_record(const Entry& entry);
/// The bytes that it takes in a list at most: its descriptor, and what the directory adds
/// (docs/spec/directory.md §3).
[[nodiscard]] std::size_t listed_size(const Entry& entry);

}  // namespace qnet::directory
