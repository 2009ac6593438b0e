-- into: sales
-- from: sales
SELECT
    _row,
    day AS date,
    kind,
    id AS source_id,
    product AS product_name,
    quantity,
    amount AS total_amount
FROM input
