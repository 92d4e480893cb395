-- Rows whose identifier stands more than once: only these are compared with one another. By a digest, which is smaller
-- than the text; two identifiers of one digest are compared for nothing.
create temporary table item_repeated on commit drop as
with repeated as (
    select hashtextextended(identifier, 0) as digest from item_named group by 1 having count(*) > 1
)
select s.line from item_named s join repeated r on r.digest = hashtextextended(s.identifier, 0)
