// The rules of views by way of central's ports: what may be where, and who has which view.
#include "central/zone_importer.hpp"
#include "storage/postgres/views.hpp"
#include "storage/postgres/zone_import.hpp"
#include "tests/postgres/storage_support.hpp"

#include <sstream>

namespace minidns::storage::postgres {
namespace {

using api::ProblemType;
using dns::RRType;

constexpr const char* ds = "12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

class ViewRulesTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool();
    desk_.emplace(conninfo());
    views_.emplace(desk_->pool());
    (void)views_->create("internal", "the office");
    zone_ = desk_->create_zone("example.org.").id;
  }

  api::Result<api::RecordsetView> put(const std::string& owner, RRType type, const std::string& record,
                                      const std::optional<std::string>& view = std::nullopt) {
    return desk_->recordsets().create(
        Desk::scope(), *zone_,
        {.name = dns::Name::from_text(owner).value(), .type = type, .records = {record}, .view = view});
  }

  std::optional<Desk> desk_;
  std::optional<PostgresViews> views_;
  std::optional<ZoneId> zone_;
};

TEST_F(ViewRulesTest, ANameAndTypeIsOfEveryViewOrOfSomeByThemselves) {
  ASSERT_TRUE(put("www.example.org.", RRType::a, "192.0.2.1", "default"));
  ASSERT_TRUE(put("www.example.org.", RRType::a, "10.0.0.1", "internal"));
  const auto twice = put("www.example.org.", RRType::a, "10.0.0.2", "internal");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().type, ProblemType::duplicate_recordset);

  const auto beside_single = put("www.example.org.", RRType::a, "192.0.2.9");
  ASSERT_FALSE(beside_single);
  EXPECT_EQ(beside_single.error().type, ProblemType::duplicate_recordset);
  EXPECT_EQ(beside_single.error().errors.at(0).path, std::vector<std::string>{"view"});
  EXPECT_NE(beside_single.error().message.find("of view "), std::string::npos) << beside_single.error().message;

  ASSERT_TRUE(put("all.example.org.", RRType::a, "192.0.2.1"));
  const auto beside_all = put("all.example.org.", RRType::a, "10.0.0.1", "internal");
  ASSERT_FALSE(beside_all);
  EXPECT_EQ(beside_all.error().type, ProblemType::duplicate_recordset);
  EXPECT_NE(beside_all.error().message.find("of every view"), std::string::npos) << beside_all.error().message;
}

TEST_F(ViewRulesTest, AnEmptyRecordsetIsInNobodysWayUntilItHasRecords) {
  ASSERT_TRUE(put("www.example.org.", RRType::a, "10.0.0.1", "internal"));
  const auto empty = desk_->recordsets().create(
      Desk::scope(), *zone_,
      {.name = dns::Name::from_text("www.example.org.").value(), .type = RRType::a, .records = {}});
  ASSERT_TRUE(empty);
  api::RecordsetChange change;
  change.records = std::vector<std::string>{"192.0.2.1"};
  const auto filled = desk_->recordsets().update(Desk::scope(), *zone_, empty->id, change);
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().type, ProblemType::duplicate_recordset);
}

TEST_F(ViewRulesTest, RulesHoldInEachViewByItself) {
  ASSERT_TRUE(put("app.example.org.", RRType::a, "192.0.2.1", "default"));
  EXPECT_TRUE(put("app.example.org.", RRType::cname, "inside.example.org.", "internal")) << "no A there";
  EXPECT_FALSE(put("app.example.org.", RRType::txt, "x")) << "it would be beside the CNAME of internal";
  EXPECT_TRUE(put("app.example.org.", RRType::txt, "x", "default"));

  ASSERT_TRUE(put("sub.example.org.", RRType::ns, "ns.example.net.", "internal"));
  EXPECT_FALSE(put("sub.example.org.", RRType::ds, ds)) << "only internal has the delegation";
  EXPECT_FALSE(put("sub.example.org.", RRType::ds, ds, "default"));
  const auto signed_inside = put("sub.example.org.", RRType::ds, ds, "internal");
  ASSERT_TRUE(signed_inside);

  ASSERT_TRUE(put("host.tree.example.org.", RRType::a, "192.0.2.1", "default"));
  EXPECT_TRUE(put("tree.example.org.", RRType::dname, "other.example.net.", "internal")) << "nothing is below it there";
  EXPECT_FALSE(put("new.tree.example.org.", RRType::a, "192.0.2.1")) << "below the DNAME of internal";
  EXPECT_FALSE(put("tree.example.org.", RRType::dname, "other.example.net.", "default"));
}

TEST_F(ViewRulesTest, TheApexIsOfEveryView) {
  EXPECT_FALSE(put("example.org.", RRType::ns, "ns.example.net.", "internal"));
  EXPECT_FALSE(put("example.org.", RRType::cname, "www.example.net.", "internal"));
  EXPECT_TRUE(put("example.org.", RRType::mx, "10 mail.example.net.", "internal"));
}

TEST_F(ViewRulesTest, TheViewIsShownFilteredAndNeverChanged) {
  const auto made = put("www.example.org.", RRType::a, "10.0.0.1", "internal");
  ASSERT_TRUE(made);
  ASSERT_TRUE(put("all.example.org.", RRType::a, "192.0.2.1"));
  EXPECT_EQ(desk_->recordsets().get(Desk::scope(), *zone_, made->id)->view, "internal");
  const auto listed =
      desk_->recordsets().list(Desk::scope(), *zone_, {.view = api::TextPattern{"internal"}}, {}).value();
  ASSERT_EQ(listed.items.size(), 1U);
  EXPECT_EQ(listed.items[0].id, made->id);

  api::RecordsetChange same;
  same.view = api::Change<std::string>::set("internal");
  EXPECT_TRUE(desk_->recordsets().update(Desk::scope(), *zone_, made->id, same));
  for (const auto& other : {api::Change<std::string>::clear(), api::Change<std::string>::set("default")}) {
    api::RecordsetChange change;
    change.view = other;
    const auto changed = desk_->recordsets().update(Desk::scope(), *zone_, made->id, change);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().errors.at(0).path, std::vector<std::string>{"view"});
  }
  const auto unknown = put("x.example.org.", RRType::a, "10.0.0.1", "nowhere");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().errors.at(0).path, std::vector<std::string>{"view"});
}

TEST_F(ViewRulesTest, AViewInUseStays) {
  const auto made = put("www.example.org.", RRType::a, "10.0.0.1", "internal");
  EXPECT_EQ(views_->remove("internal"), Views::Removal::in_use);
  ASSERT_TRUE(desk_->recordsets().remove(Desk::scope(), *zone_, made->id));
  EXPECT_EQ(views_->remove("internal"), Views::Removal::done);
  EXPECT_EQ(views_->remove("internal"), Views::Removal::not_found);
}

TEST_F(ViewRulesTest, AnImportLeavesSingleViewsAloneAndKeepsOutOfTheirWay) {
  PostgresZoneImports imports(desk_->pool());
  const SystemClock clock;
  const auto import = [&](const std::string& text) {
    std::istringstream file("$ORIGIN example.org.\n$TTL 3600\n@ SOA ns1.other. a.other. 1 2 3 4 5\n" + text);
    return central::ZoneImporter(desk_->zones(), desk_->reader(), imports, clock)
        .run(file, dns::Name::from_text("example.org.").value(), ProjectId("alice"), "a@example.org");
  };
  ASSERT_TRUE(put("www.example.org.", RRType::a, "10.0.0.1", "internal"));
  ASSERT_TRUE(put("old.example.org.", RRType::a, "192.0.2.1"));
  EXPECT_TRUE(import("new A 192.0.2.2\nwww TXT x\n").changed);
  EXPECT_EQ(sql("select string_agg(name || ' ' || coalesce(view, 0), ', ' order by name, type) from recordsets"
                " where not managed"),
            "new.example.org. 0, www.example.org. 2, www.example.org. 0");
  EXPECT_THROW(import("www A 192.0.2.2\n"), std::runtime_error) << "of every view beside one of internal";
  EXPECT_THROW(import("www CNAME new\n"), std::runtime_error);
  EXPECT_THROW(import("@ DNAME other.example.net.\n"), std::runtime_error) << "above it";
}

}  // namespace
}  // namespace minidns::storage::postgres
