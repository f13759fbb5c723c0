#include <array>
#include <charconv>

#include <libpq-fe.h>

#include "directory_server/store.hpp"
#include "directory_server/store_record.hpp"

namespace qnet::directory {

namespace {

// One lock for all who set the table up at once (pg_advisory_xact_lock).
constexpr const char* kCreate =
    "SELECT pg_advisory_xact_lock(5859385839);"
    "CREATE TABLE IF NOT EXISTS qnet_relays (peer bytea PRIMARY KEY, descriptor bytea NOT NULL,"
    " sequence bigint NOT NULL, first_seen bigint NOT NULL, last_seen bigint NOT NULL, checked boolean NOT "
    "NULL,"
    " country text NOT NULL, country_source bigint NOT NULL, departed boolean NOT NULL,"
    " transaction bigint NOT NULL DEFAULT txid_current());"
    "CREATE INDEX IF NOT EXISTS qnet_relays_transaction ON qnet_relays (transaction)";
// A whole batch in one statement, which is one transaction. The order keeps two writers from waiting for each
// other's rows in turn.
constexpr const char* kSave =
    "INSERT INTO qnet_relays AS old SELECT b.*, txid_current() FROM unnest($1::bytea[], $2::bytea[], "
    "$3::bigint[],"
    " $4::bigint[], $5::bigint[], $6::boolean[], $7::text[], $8::bigint[], $9::boolean[]) AS b ORDER BY 1"
    " ON CONFLICT (peer) DO UPDATE SET descriptor = excluded.descriptor, sequence = excluded.sequence,"
    " first_seen = excluded.first_seen, last_seen = excluded.last_seen, checked = excluded.checked,"
    " country = excluded.country, country_source = excluded.country_source, departed = excluded.departed,"
    " transaction = excluded.transaction"
    " WHERE excluded.sequence > old.sequence OR (excluded.sequence = old.sequence AND"
    " (excluded.checked <> old.checked OR excluded.country <> old.country OR"
    " excluded.country_source <> old.country_source))";
constexpr const char* kColumns =
    "SELECT peer, descriptor, sequence, first_seen, last_seen, checked, country, country_source, departed"
    " FROM qnet_relays";
constexpr const char* kForget = "DELETE FROM qnet_relays WHERE last_seen < $1";
constexpr const char* kHorizon = "SELECT txid_snapshot_xmin(txid_current_snapshot())";

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Finish>;
using Rows = std::unique_ptr<PGresult, Finish>;

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
  explicit PostgresStore(std::string url) : url_(std::move(url)) {}

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
    return read(kColumns, {});
  }

  base::Result<void> save(std::span<const Record> records) override {
    std::array<ArrayText, 9> columns;
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
    auto records = read((std::string(kColumns) + " WHERE transaction >= $1").c_str(), {horizon_});
    if (records) horizon_ = *horizon;
    return records;
  }

  base::Result<void> forget_before(WallTime last_seen) override {
    const std::vector<std::string> parameters{std::to_string(last_seen.time_since_epoch().count())};
    if (auto rows = query(kForget, parameters); !rows) return base::forward_error(rows);
    return {};
  }

  [[nodiscard]] bool shared() const override { return true; }

 private:
  /// The server's own words, which hold neither the URL nor its password.
  tl::unexpected<base::Error> lost(const char* words) const {
    std::string_view text(words == nullptr ? "" : words);
    text = text.substr(0, text.find('\n'));
    return base::fail(Errc::store_lost, text.empty() ? "no reason was given" : std::string(text));
  }

  base::Result<void> connect() {
    constexpr std::array<const char*, 8> kNames{"dbname",
                                                "connect_timeout",
                                                "tcp_user_timeout",
                                                "keepalives_idle",
                                                "keepalives_interval",
                                                "keepalives_count",
                                                "options",
                                                nullptr};
    // Statements end, and a network that is cut shows, within seconds.
    const std::array<const char*, 8> values{
        url_.c_str(), "5", "5000", "2", "1", "3", "-c statement_timeout=5000", nullptr};
    connection_.reset(PQconnectdbParams(kNames.data(), values.data(), 1));
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      auto failed = lost(PQerrorMessage(connection_.get()));
      connection_.reset();
      return failed;
    }
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
    const Rows made(PQexec(connection_.get(), kCreate));
    const auto status = PQresultStatus(made.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      auto failed = lost(PQresultErrorMessage(made.get()));
      connection_.reset();
      return failed;
    }
    return {};
  }

  base::Result<Rows> query(const char* sql, const std::vector<std::string>& parameters) {
    if (!connection_)
      if (auto connected = connect(); !connected) return base::forward_error(connected);
    std::vector<const char*> values;
    for (const auto& parameter : parameters) values.push_back(parameter.c_str());
    Rows rows(PQexecParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr, values.data(),
                           nullptr, nullptr, 0));
    const auto status = PQresultStatus(rows.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
    auto failed = lost(PQresultErrorMessage(rows.get()));
    // After any failure the next call begins anew.
    connection_.reset();
    return failed;
  }

  base::Result<std::string> read_horizon() {
    auto rows = query(kHorizon, {});
    if (!rows) return base::forward_error(rows);
    return std::string(PQgetvalue(rows->get(), 0, 0));
  }

  base::Result<std::vector<Record>> read(const char* sql, const std::vector<std::string>& parameters) {
    auto rows = query(sql, parameters);
    if (!rows) return base::forward_error(rows);
    std::vector<Record> records;
    for (int row = 0; row < PQntuples(rows->get()); ++row)
      if (auto record = read_row(rows->get(), row)) records.push_back(std::move(*record));
    return records;
  }

  static std::optional<Record> read_row(PGresult* rows, int row) {
    const auto text = [&](int column) { return std::string_view(PQgetvalue(rows, row, column)); };
    const auto bytes = [&](int column) {
      const auto hex = text(column);
      return hex.starts_with("\\x") ? base::from_hex(hex.substr(2)) : std::nullopt;
    };
    const auto number = [&](int column) {
      std::int64_t value = -1;
      const auto digits = text(column);
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
      return value;
    };
    const auto peer = bytes(0);
    const auto descriptor = bytes(1);
    if (!peer || !descriptor) return std::nullopt;
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
    return to_record(stored);
  }

  std::string url_;
  Connection connection_;
  std::string horizon_ = "0";
};

}  // namespace

base::Result<std::unique_ptr<Store>> open_postgres(const std::string& url) {
  auto store = std::make_unique<PostgresStore>(url);
  if (auto opened = store->open(); !opened) return base::forward_error(opened);
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace qnet::directory
