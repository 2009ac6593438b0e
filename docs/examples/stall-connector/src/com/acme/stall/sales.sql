-- into: sales
-- from: sales
SELECT
    _row,
    day AS date,
    CASE WHEN amount < 0 THEN 'refund' ELSE 'sale' END AS kind,
    CAST(number AS VARCHAR) AS source_id,
    product AS product_name,
    quantity,
    amount AS total_amount
FROM input
