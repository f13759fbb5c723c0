#include <algorithm>
#include <array>
#include <charconv>

#include "network/directory_server/postgres_connection.hpp"
#include "network/directory_server/store.hpp"
#include "network/directory_server/store_record.hpp"

namespace qnet::directory {

namespace {

// What the newest version added: where it is there, nothing is to be set up, and no right to do so is needed.
constexpr const char* kIsSetUp =
    "SELECT to_regclass('qnet_relays_last_seen') IS NOT NULL AND EXISTS (SELECT FROM pg_attribute"
    " WHERE attrelid = to_regclass('qnet_relays') AND attname = 'address' AND NOT attisdropped)";
// One lock for all who set the table up at once (pg_advisory_xact_lock). An older version's table is
// completed.
constexpr const char* kSetUp =
    "SET LOCAL statement_timeout = 60000;"
    "SELECT pg_advisory_xact_lock(5859385839);"
    "CREATE TABLE IF NOT EXISTS qnet_relays (peer bytea PRIMARY KEY, descriptor bytea NOT NULL,"
    " sequence bigint NOT NULL, first_seen bigint NOT NULL, last_seen bigint NOT NULL, checked boolean NOT "
    "NULL,"
    " country text NOT NULL, country_source bigint NOT NULL, departed boolean NOT NULL,"
    " transaction bigint NOT NULL DEFAULT txid_current());"
    "CREATE INDEX IF NOT EXISTS qnet_relays_transaction ON qnet_relays (transaction);"
    "CREATE INDEX IF NOT EXISTS qnet_relays_last_seen ON qnet_relays (last_seen);"
    "ALTER TABLE qnet_relays ADD COLUMN IF NOT EXISTS measured bigint NOT NULL DEFAULT 0,"
    " ADD COLUMN IF NOT EXISTS address bytea NOT NULL DEFAULT ''";
// Rows of transactions that this server has not reached yet: a copy of another server's table. Each poll
// would read them as news.
constexpr const char* kRenumber =
    "UPDATE qnet_relays SET transaction = txid_current()"
    " WHERE transaction >= txid_snapshot_xmax(txid_current_snapshot())";
// A whole batch in one statement, which is one transaction. The order keeps two writers from waiting for each
// other's rows in turn.
// After 11 minutes (RosterLimits::departed) no roster remembers the sequence number any more: what a roster
// takes then is stored.
constexpr const char* kSave =
    "INSERT INTO qnet_relays AS old (peer, descriptor, sequence, first_seen, last_seen, checked, country,"
    " country_source, departed, measured, address, transaction) SELECT b.*, txid_current() FROM"
    " unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::text[],"
    " $8::bigint[], $9::boolean[], $10::bigint[], $11::bytea[]) AS b ORDER BY 1"
    " ON CONFLICT (peer) DO UPDATE SET descriptor = excluded.descriptor, sequence = excluded.sequence,"
    " first_seen = excluded.first_seen, last_seen = excluded.last_seen, checked = excluded.checked,"
    " country = excluded.country, country_source = excluded.country_source, departed = excluded.departed,"
    " measured = excluded.measured, address = excluded.address,"
    " transaction = excluded.transaction"
    " WHERE excluded.sequence > old.sequence OR (excluded.sequence = old.sequence AND"
    " (excluded.checked <> old.checked OR excluded.country <> old.country OR"
    " excluded.country_source <> old.country_source OR excluded.address <> old.address)) OR "
    "excluded.last_seen > old.last_seen + 660";
// In pages, each a short statement, however many rows there are.
constexpr const char* kPage =
    "SELECT peer, descriptor, sequence, first_seen, last_seen, checked, country, country_source, departed,"
    " measured, address, transaction FROM qnet_relays WHERE transaction >= $1::bigint AND"
    " (transaction, peer) > ($1::bigint, $2::bytea) AND last_seen >= $3::bigint"
    " ORDER BY transaction, peer LIMIT 2000";
constexpr int kPageRows = 2000;
constexpr int kPeerColumn = 0;
constexpr int kTransactionColumn = 11;
constexpr const char* kRecent =
    "SELECT coalesce(max(last_seen) FILTER (WHERE last_seen <= extract(epoch FROM now())::bigint + "
    "$1::bigint),"
    " max(last_seen), 0) - $2::bigint FROM qnet_relays";
// Rows that another directory removes at this moment are left to it.
constexpr const char* kForget =
    "WITH newest AS (SELECT max(last_seen) AS at FROM qnet_relays"
    " WHERE last_seen <= extract(epoch FROM now())::bigint + $1::bigint)"
    " DELETE FROM qnet_relays WHERE peer IN (SELECT peer FROM qnet_relays"
    " WHERE last_seen < (SELECT at FROM newest) - $2::bigint"
    " AND (NOT checked OR last_seen < (SELECT at FROM newest) - $3::bigint)"
    " LIMIT $4::bigint FOR UPDATE SKIP LOCKED)";
constexpr const char* kHorizon = "SELECT txid_snapshot_xmin(txid_current_snapshot())";

using Rows = PostgresConnection::Rows;

std::string seconds(std::chrono::seconds age) { return std::to_string(age.count()); }

std::int64_t to_number(std::string_view digits) {
  std::int64_t value = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

/// "{a,b}" as PostgreSQL reads arrays; every element is one of ours or is quoted.
class ArrayText {
 public:
  void add(std::string_view element) {
    text_ += text_.size() > 1 ? ",\"" : "\"";
    for (const char c : element) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }
  void add(base::ByteView bytes) { add("\\x" + base::to_hex(bytes)); }
  void add(std::int64_t number) { add(std::to_string(number)); }
  [[nodiscard]] std::string take() { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(std::string url) : connection_(std::move(url)) {}

  base::Result<void> open() {
    if (auto connected = connect(); !connected)
      return base::fail(Errc::store_unusable, connected.error().context());
    return {};
  }

  base::Result<std::vector<Record>> load() override {
    // What others commit from here on is read again by changes().
    auto horizon = read_horizon();
    if (!horizon) return base::forward_error(horizon);
    horizon_ = *horizon;
    auto recent = query(kRecent, {seconds(RowAges::ahead), seconds(RowAges::recent)});
    if (!recent) return base::forward_error(recent);
    return read(0, PQgetvalue(recent->get(), 0, 0));
  }

  base::Result<void> save(std::span<const Record> records) override {
    std::array<ArrayText, 11> columns;
    // A statement may not touch one row twice: the last of a peer's records is the one that counts.
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto& record = records[i];
      const bool superseded = std::ranges::any_of(
          records.subspan(i + 1), [&](const Record& later) { return later.peer == record.peer; });
      if (superseded) continue;
      columns[0].add(base::ByteView(record.peer));
      columns[1].add(base::ByteView(record.descriptor));
      columns[2].add(stored_sequence(record.sequence));
      columns[3].add(static_cast<std::int64_t>(record.first_seen.time_since_epoch().count()));
      columns[4].add(static_cast<std::int64_t>(record.last_seen.time_since_epoch().count()));
      columns[5].add(record.checked ? std::string_view("t") : "f");
      columns[6].add(std::string_view(record.country.code));
      columns[7].add(static_cast<std::int64_t>(record.country.source));
      columns[8].add(record.departed ? std::string_view("t") : "f");
      columns[9].add(std::int64_t{record.measured});
      columns[10].add(record.address ? record.address->bytes() : base::ByteView());
    }
    std::vector<std::string> parameters;
    for (auto& column : columns) parameters.push_back(column.take());
    if (auto rows = query(kSave, parameters); !rows) return base::forward_error(rows);
    return {};
  }

  base::Result<std::vector<Record>> changes() override {
    // Every transaction below the horizon has ended: none of its rows can appear later.
    const auto horizon = read_horizon();
    if (!horizon) return tl::unexpected(horizon.error());
    // Another server with other transaction numbers: a copy was restored.
    if (*horizon < horizon_) return load();
    auto records = read(horizon_, std::to_string(std::numeric_limits<std::int64_t>::min()));
    if (records) horizon_ = *horizon;
    return records;
  }

  base::Result<std::size_t> forget_old() override {
    auto rows = query(kForget, {seconds(RowAges::ahead), seconds(RowAges::never_checked),
                                seconds(RowAges::silent), std::to_string(RowAges::forgotten_at_once)});
    if (!rows) return base::forward_error(rows);
    return static_cast<std::size_t>(std::max<std::int64_t>(0, to_number(PQcmdTuples(rows->get()))));
  }

  [[nodiscard]] bool shared() const override { return true; }

 private:
  base::Result<void> connect() {
    if (auto connected = connection_.connect(); !connected) return connected;
    auto ready = connection_.query(kIsSetUp, {});
    if (ready && std::string_view(PQgetvalue(ready->get(), 0, 0)) != "t")
      ready = connection_.query(kSetUp, {}, PostgresLimits::set_up);
    if (ready) ready = connection_.query(kRenumber, {});
    if (!ready) return base::forward_error(ready);
    return {};
  }

  /// After any failure the next call begins anew.
  base::Result<Rows> query(const char* sql, const std::vector<std::string>& parameters) {
    if (!connection_.open())
      if (auto connected = connect(); !connected) return base::forward_error(connected);
    return connection_.query(sql, parameters);
  }

  base::Result<std::int64_t> read_horizon() {
    auto rows = query(kHorizon, {});
    if (!rows) return base::forward_error(rows);
    return to_number(PQgetvalue(rows->get(), 0, 0));
  }

  /// Rows of this transaction and later ones, heard of since then.
  base::Result<std::vector<Record>> read(std::int64_t transaction, const std::string& last_seen) {
    std::vector<Record> records;
    std::vector<std::string> from{std::to_string(transaction), "\\x", last_seen};
    for (;;) {
      auto rows = query(kPage, from);
      if (!rows) return base::forward_error(rows);
      const int count = PQntuples(rows->get());
      for (int row = 0; row < count; ++row)
        if (auto record = read_row(rows->get(), row)) records.push_back(std::move(*record));
      if (count < kPageRows) return records;
      from[0] = PQgetvalue(rows->get(), count - 1, kTransactionColumn);
      from[1] = PQgetvalue(rows->get(), count - 1, kPeerColumn);
    }
  }

  static std::optional<Record> read_row(PGresult* rows, int row) {
    const auto text = [&](int column) { return std::string_view(PQgetvalue(rows, row, column)); };
    const auto bytes = [&](int column) {
      const auto hex = text(column);
      return hex.starts_with("\\x") ? base::from_hex(hex.substr(2)) : std::nullopt;
    };
    const auto number = [&](int column) { return to_number(text(column)); };
    const auto peer = bytes(0);
    const auto descriptor = bytes(1);
    const auto address = bytes(10);
    if (!peer || !descriptor || !address) return std::nullopt;
    StoredRow stored;
    stored.peer = *peer;
    stored.descriptor = *descriptor;
    stored.sequence = number(2);
    stored.first_seen = number(3);
    stored.last_seen = number(4);
    stored.checked = text(5) == "t";
    stored.country = text(6);
    stored.country_source = number(7);
    stored.departed = text(8) == "t";
    stored.measured = number(9);
    stored.address = *address;
    return to_record(stored);
  }

  PostgresConnection connection_;
  std::int64_t horizon_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<Store>> open_postgres(const std::string& url) {
  if (auto readable = check_postgres_url(url); !readable) return base::forward_error(readable);
  auto store = std::make_unique<PostgresStore>(url);
  if (auto opened = store->open(); !opened) return base::forward_error(opened);
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace qnet::directory
