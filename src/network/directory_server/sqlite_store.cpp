#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <initializer_list>

#include <sqlite3.h>

#include "network/directory_server/store.hpp"
#include "network/directory_server/store_record.hpp"

namespace qnet::directory {

namespace {

// 2: the index. 3: what is measured. Each step of kUpgrades leads to the next.
constexpr int kSchema = 3;
constexpr int kApplication = 0x514e6574;  // "QNet": the file is a directory's
constexpr int kBusy = 5'000;              // milliseconds

constexpr const char* kCreate =
    "CREATE TABLE relays (peer BLOB PRIMARY KEY NOT NULL, descriptor BLOB NOT NULL, sequence INTEGER NOT "
    "NULL,"
    " first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, checked INTEGER NOT NULL, country TEXT NOT "
    "NULL,"
    " country_source INTEGER NOT NULL, departed INTEGER NOT NULL) WITHOUT ROWID";
// After 11 minutes (RosterLimits::departed) no roster remembers the sequence number any more: what a roster
// takes then is stored.
constexpr const char* kSave =
    "INSERT INTO relays VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (peer) DO UPDATE "
    "SET"
    " descriptor = excluded.descriptor, sequence = excluded.sequence, first_seen = excluded.first_seen,"
    " last_seen = excluded.last_seen, checked = excluded.checked, country = excluded.country,"
    " country_source = excluded.country_source, departed = excluded.departed, measured = excluded.measured,"
    " address = excluded.address"
    " WHERE excluded.sequence > relays.sequence OR (excluded.sequence = relays.sequence AND"
    " (excluded.checked <> relays.checked OR excluded.country <> relays.country OR"
    " excluded.country_source <> relays.country_source OR excluded.address <> relays.address)) OR "
    "excluded.last_seen > relays.last_seen + 660";
constexpr std::array<const char*, kSchema - 1> kUpgrades{
    "CREATE INDEX relays_last_seen ON relays (last_seen)",
    "ALTER TABLE relays ADD COLUMN measured INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE relays ADD COLUMN address BLOB NOT NULL DEFAULT x''"};
// The newest row's time: null when all are ahead of this machine's clock by more than ?1 seconds.
constexpr const char* kLoad =
    "WITH newest(at) AS (SELECT coalesce(max(last_seen) FILTER (WHERE last_seen <= strftime('%s', 'now') + "
    "?1),"
    " max(last_seen)) FROM relays)"
    " SELECT peer, descriptor, sequence, first_seen, last_seen, checked, country, country_source, departed,"
    " measured, address FROM newest CROSS JOIN relays WHERE last_seen >= at - ?2";
constexpr const char* kForget =
    "WITH newest(at) AS (SELECT max(last_seen) FROM relays WHERE last_seen <= strftime('%s', 'now') + ?1)"
    " DELETE FROM relays WHERE peer IN (SELECT peer FROM newest CROSS JOIN relays"
    " WHERE last_seen < at - ?2 AND (NOT checked OR last_seen < at - ?3) LIMIT ?4)";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;

constexpr std::int64_t seconds(std::chrono::seconds age) { return age.count(); }

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::string file) : file_(std::move(file)) {}

  base::Result<void> open() {
    // SQLite would follow the umask; other users of this machine must not read registrations.
    const auto mask = ::umask(S_IRWXG | S_IRWXO);
    sqlite3* raw = nullptr;
    const int status =
        sqlite3_open_v2(file_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    database_.reset(raw);
    auto done = status == SQLITE_OK ? set_up() : problem();
    ::umask(mask);
    return done;
  }

  base::Result<std::vector<Record>> load() override {
    auto statement = prepare(kLoad, {seconds(RowAges::ahead), seconds(RowAges::recent)});
    if (!statement) return base::forward_error(statement);
    std::vector<Record> records;
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(statement->get())) == SQLITE_ROW)
      if (auto record = read(statement->get())) records.push_back(std::move(*record));
    if (status != SQLITE_DONE) return tl::unexpected(problem().error());
    return records;
  }

  base::Result<void> save(std::span<const Record> records) override {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    for (const auto& record : records) {
      bind(record);
      const int status = sqlite3_step(save_.get());
      sqlite3_reset(save_.get());
      if (status == SQLITE_DONE) continue;
      auto failed = problem();
      (void)run("ROLLBACK");
      return failed;
    }
    auto done = run("COMMIT");
    if (!done) (void)run("ROLLBACK");
    return done;
  }

  base::Result<std::vector<Record>> changes() override { return std::vector<Record>(); }

  base::Result<std::size_t> forget_old() override {
    auto statement =
        prepare(kForget, {seconds(RowAges::ahead), seconds(RowAges::never_checked), seconds(RowAges::silent),
                          static_cast<std::int64_t>(RowAges::forgotten_at_once)});
    if (!statement) return base::forward_error(statement);
    if (sqlite3_step(statement->get()) != SQLITE_DONE) return tl::unexpected(problem().error());
    return static_cast<std::size_t>(sqlite3_changes(database_.get()));
  }

  [[nodiscard]] bool shared() const override { return false; }

 private:
  tl::unexpected<base::Error> problem_of(const std::string& why) const {
    return base::fail(Errc::store_unusable, file_ + " (" + why + ")");
  }
  base::Result<void> problem() const {
    return problem_of(database_ ? sqlite3_errmsg(database_.get()) : "out of memory");
  }

  base::Result<void> run(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return problem();
    return {};
  }

  base::Result<Statement> prepare(const char* sql, std::initializer_list<std::int64_t> parameters = {}) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(database_.get(), sql, -1, &raw, nullptr) != SQLITE_OK)
      return tl::unexpected(problem().error());
    Statement statement(raw);
    int at = 0;
    for (const auto parameter : parameters) sqlite3_bind_int64(raw, ++at, parameter);
    return statement;
  }

  base::Result<sqlite3_int64> number(const char* sql) {
    auto statement = prepare(sql);
    if (!statement) return base::forward_error(statement);
    if (sqlite3_step(statement->get()) != SQLITE_ROW) return tl::unexpected(problem().error());
    return sqlite3_column_int64(statement->get(), 0);
  }

  base::Result<void> set_up() {
    sqlite3_busy_timeout(database_.get(), kBusy);
    if (auto done = use_wal(); !done) return done;
    if (auto done = run("PRAGMA synchronous = FULL"); !done) return done;
    if (auto fits = check_schema(); !fits) return fits;
    auto statement = prepare(kSave);
    if (!statement) return base::forward_error(statement);
    save_ = std::move(*statement);
    return {};
  }

  /// When SQLite cannot do it, that is no error: it answers with the mode that it is in.
  base::Result<void> use_wal() {
    auto statement = prepare("PRAGMA journal_mode = WAL");
    if (!statement) return base::forward_error(statement);
    if (sqlite3_step(statement->get()) != SQLITE_ROW) return problem();
    const auto* const mode = reinterpret_cast<const char*>(sqlite3_column_text(statement->get(), 0));
    if (mode == nullptr || std::string_view(mode) != "wal")
      return problem_of("write-ahead logging cannot be switched on there; choose a file on a local disk");
    return {};
  }

  base::Result<void> check_schema() {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    const auto version = number("PRAGMA user_version");
    const auto application = number("PRAGMA application_id");
    const auto tables = number("SELECT count(*) FROM sqlite_master");
    if (!version || !application || !tables) return problem();
    base::Result<void> done;
    if (*tables == 0) {
      done = run(kCreate);
      if (done) done = run(("PRAGMA application_id = " + std::to_string(kApplication)).c_str());
      if (done) done = upgrade(1);
    } else if (*application != kApplication) {
      done = problem_of("it belongs to another program; choose another file");
    } else if (*version > kSchema) {
      done = problem_of("a newer QNet made it; update this one");
    } else {
      done = upgrade(*version);
    }
    if (!done) return (void)run("ROLLBACK"), done;
    return run("COMMIT");
  }

  base::Result<void> upgrade(sqlite3_int64 from) {
    if (from == kSchema) return {};
    if (from < 1) return problem_of("its version is none of QNet's; choose another file");
    for (auto version = from; version < kSchema; ++version)
      if (auto done = run(kUpgrades[static_cast<std::size_t>(version - 1)]); !done) return done;
    return run(("PRAGMA user_version = " + std::to_string(kSchema)).c_str());
  }

  void bind(const Record& record) {
    auto* const statement = save_.get();
    const auto blob = [&](int at, base::ByteView bytes) {
      // An empty blob must not become NULL.
      sqlite3_bind_blob64(statement, at, bytes.empty() ? static_cast<const void*>("") : bytes.data(),
                          bytes.size(), SQLITE_TRANSIENT);
    };
    blob(1, record.peer);
    blob(2, record.descriptor);
    sqlite3_bind_int64(statement, 3, stored_sequence(record.sequence));
    sqlite3_bind_int64(statement, 4, record.first_seen.time_since_epoch().count());
    sqlite3_bind_int64(statement, 5, record.last_seen.time_since_epoch().count());
    sqlite3_bind_int(statement, 6, record.checked ? 1 : 0);
    sqlite3_bind_text64(statement, 7, record.country.code.data(), record.country.code.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
    sqlite3_bind_int(statement, 8, static_cast<int>(record.country.source));
    sqlite3_bind_int(statement, 9, record.departed ? 1 : 0);
    sqlite3_bind_int64(statement, 10, record.measured);
    blob(11, record.address ? record.address->bytes() : base::ByteView());
  }

  static std::optional<Record> read(sqlite3_stmt* row) {
    const auto bytes = [row](int at) {
      const auto* const data = static_cast<const std::uint8_t*>(sqlite3_column_blob(row, at));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, at));
      return data == nullptr ? base::ByteView() : base::ByteView(data, size);
    };
    StoredRow stored;
    stored.peer = bytes(0);
    stored.descriptor = bytes(1);
    stored.sequence = sqlite3_column_int64(row, 2);
    stored.first_seen = sqlite3_column_int64(row, 3);
    stored.last_seen = sqlite3_column_int64(row, 4);
    stored.checked = sqlite3_column_int(row, 5) != 0;
    stored.country = base::text_of(bytes(6));
    stored.country_source = sqlite3_column_int64(row, 7);
    stored.departed = sqlite3_column_int(row, 8) != 0;
    stored.measured = sqlite3_column_int64(row, 9);
    stored.address = bytes(10);
    return to_record(stored);
  }

  std::string file_;
  Database database_;
  Statement save_;
};

}  // namespace

base::Result<std::unique_ptr<Store>> open_sqlite(const std::string& file) {
  std::error_code ignored;
  const auto folder = std::filesystem::path(file).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  auto store = std::make_unique<SqliteStore>(file);
  if (auto opened = store->open(); !opened) return base::forward_error(opened);
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace qnet::directory
